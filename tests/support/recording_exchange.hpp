// RecordingExchange: keeps what an endpoint answers, and behaves as the FastCGI connection does: after the
// end of an answer nothing goes out any more, and a source that is kept lives as long as the exchange.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.hpp"

namespace worker::support {

class RecordingExchange final : public http::Exchange {
 public:
  explicit RecordingExchange(http::Request request = {}) : request_(std::move(request)) {}
  RecordingExchange(std::string method, std::string path) {
    request_.method = std::move(method);
    request_.path = std::move(path);
  }

  const http::Request& request() const override { return request_; }
  void add_to_head(base::Bytes lines) override { added = std::move(lines); }
  void hold_body() override { body_held = true; }
  void resume_body() override { body_held = false; }
  std::size_t waiting_body_bytes() const override { return body_bytes; }
  std::string take_body() override { return std::move(request_.body); }
  void answer(const http::Response& response) override {
    open(response.head);
    finish(response.body);
  }
  void open(const http::ResponseHead& opened) override {
    if (finished) return;
    head = opened;
    if (request_.method == "HEAD") finished = true;
  }
  void write(std::string_view payload) override {
    if (!finished) writes.emplace_back(payload);
  }
  void finish(std::string_view last) override {
    if (finished) return;
    writes.emplace_back(last);
    finished = true;
  }
  void keep(std::unique_ptr<http::Source> kept) override { source = std::move(kept); }
  void send(const base::Bytes& wire) override { write(*wire); }
  bool ready() const override { return !finished && !full; }
  bool fully_read() const override { return true; }
  std::size_t unread_bytes() const override { return unread; }
  std::size_t waiting_bytes() const override { return 0; }

  /// All of the body so far.
  std::string body() const {
    std::string all;
    for (const auto& write : writes) all += write;
    return all;
  }
  /// What has been written since the last call.
  std::string news() {
    std::string all;
    for (; seen_ < writes.size(); ++seen_) all += writes[seen_];
    return all;
  }
  /// The head as it would be sent; empty where there is none.
  std::string head_text() const {
    std::string text;
    if (head) head->append_to(text, added ? std::string_view(*added) : "");
    return text;
  }

  std::optional<http::ResponseHead> head;
  /// What add_to_head() got last.
  base::Bytes added;
  std::vector<std::string> writes;
  bool finished = false;
  /// Set it to play a reader whose socket takes nothing more.
  bool full = false;
  /// Bytes in its socket.
  std::size_t unread = 0;
  /// The endpoint takes nothing of the body at the moment.
  bool body_held = false;
  /// What the endpoint has not taken of the body.
  std::size_t body_bytes = 0;
  /// Resetting it is what happens when the reader has gone.
  std::unique_ptr<http::Source> source;

 private:
  http::Request request_;
  std::size_t seen_ = 0;
};

}  // namespace worker::support
