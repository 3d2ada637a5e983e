// HttpConnection: a publish stream as one HTTP request, whose body and answer travel at the same time. The
// only user of libcurl's transfers; a client::HttpLibrary outlives it.
//
// HTTP/1.1 only: over HTTP/2 libcurl does not notice that the answer has ended while it has nothing to send,
// and lines without an answer would wait for ever (libcurl 7.88). A stream gains nothing from HTTP/2 anyway.
//
// nginx does not continue a body that had to wait once the answer has begun
// (api/publish/publish_stream_endpoint.cpp), so little may be unanswered. A longer line gets a request of its
// own, whose answer begins at its end.
#pragma once

#include <curl/curl.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "pipe/connection.hpp"

namespace worker::pipe {

/// Where and as whom to publish over HTTP.
struct HttpTarget {
  std::string url;         // with its parameters, but for that about answers
  std::string key;         // empty for none
  std::string trust_file;  // certificates to trust instead of the system's; empty for those
};

class HttpConnection final : public Connection {
 public:
  /// Bytes of lines that may be unanswered.
  static constexpr std::size_t unanswered_bytes_max = 65'536;

  /// All but the target is borrowed. `apart`: for one line, of any length.
  HttpConnection(const HttpTarget& target, bool apart, Unanswered& lines, const base::Clock& clock);
  ~HttpConnection() override;

  void wait(std::span<pollfd> others, std::chrono::milliseconds timeout) override;
  std::string take_received() override { return std::exchange(received_, {}); }
  void finish() override { finishes_ = true; }
  bool is_open() const override { return is_open_; }
  std::optional<Ending> ending() const override { return ending_; }

 private:
  // Both handles are void to libcurl.
  struct EasyCleanup {
    void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
  };
  struct MultiCleanup {
    void operator()(CURLM* handle) const { ::curl_multi_cleanup(handle); }
  };
  struct ListCleanup {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
  };

  void set_up(const HttpTarget& target, const std::string& url);
  void set_up_waiting();
  std::size_t read(char* to, std::size_t room);
  void on_header(std::string_view line);
  void write(std::string_view bytes);
  int on_events(curl_socket_t socket, int what);
  int on_timer(long milliseconds);
  bool has_something_to_send() const;
  void resume();
  void act(curl_socket_t socket, int events);
  std::chrono::milliseconds wait_time(std::chrono::milliseconds timeout) const;
  void look_at_ends();
  void end(CURLcode result);

  Unanswered& lines_;
  const base::Clock& clock_;
  std::optional<base::Instant> head_deadline_;  // none where the head of the answer comes at the end
  std::unique_ptr<CURLM, MultiCleanup> multi_;
  std::unique_ptr<curl_slist, ListCleanup> headers_;
  std::unique_ptr<CURL, EasyCleanup> easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  // What libcurl waits for.
  std::map<curl_socket_t, short> events_;
  std::optional<base::Instant> timer_;
  std::string received_;  // answers
  std::string refusal_;   // the beginning of the body of any other answer
  std::optional<Ending> ending_;
  bool is_open_ = false;     // the answer is that of a publish stream
  bool is_refused_ = false;  // it is another one
  bool finishes_ = false;
  bool is_paused_ = false;  // libcurl waits for more to send
};

}  // namespace worker::pipe
