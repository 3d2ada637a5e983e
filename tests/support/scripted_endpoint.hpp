// ScriptedEndpoint: an endpoint that does what the test says, and the source of a stream that the test writes
// by hand.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"

namespace worker::support {

class ScriptedEndpoint final : public http::Endpoint {
 public:
  void prepare(http::Exchange& exchange) override {
    if (!head_lines.empty()) exchange.add_to_head(std::make_shared<const std::string>(head_lines));
  }
  bool streams_body(const http::Request& request) const override { return streamed.contains(request.path); }
  /// Notes the request; then the script of its path runs, or, where there is none, 200 `ok\n` is answered.
  void serve(http::Exchange& exchange) override {
    requests.push_back(exchange.request());
    const auto script = scripts.find(exchange.request().path);
    if (script != scripts.end()) return script->second(exchange);
    exchange.answer({{200, {}}, "ok\n"});
  }

  /// A script that keeps a source and answers nothing.
  std::function<void(http::Exchange&)> waiting() {
    return [this](http::Exchange& exchange) {
      stream = &exchange;
      exchange.keep(std::make_unique<Stream>(*this, exchange));
    };
  }
  /// A script that opens a stream, writes `first` and keeps a source.
  std::function<void(http::Exchange&)> streaming(const std::string& first = {}) {
    return [this, first](http::Exchange& exchange) {
      exchange.open({200, {}});
      auto source = std::make_unique<Stream>(*this, exchange);
      stream = &exchange;
      exchange.keep(std::move(source));
      if (!first.empty()) exchange.write(first);
    };
  }

  std::map<std::string, std::function<void(http::Exchange&)>, std::less<>> scripts;
  std::vector<http::Request> requests;
  /// Paths of requests whose bodies come in pieces.
  std::set<std::string, std::less<>> streamed;
  /// What streams have got of such bodies; a full stop is an end.
  std::string body;
  /// Runs behind each piece, and behind the end of a body.
  std::function<void(http::Exchange&)> on_body;
  /// For the heads of all answers.
  std::string head_lines;
  /// The exchange of the stream that was opened last.
  http::Exchange* stream = nullptr;
  int streams_alive = 0;
  /// The delays that streams were told to drain with; each then says `bye <delay>` and finishes.
  std::vector<std::chrono::milliseconds> drained;
  /// A next process can continue with its streams.
  bool carries = false;

  /// Continues with a stream that another process has begun.
  void continue_with(http::Exchange& exchange) {
    stream = &exchange;
    exchange.keep(std::make_unique<Stream>(*this, exchange));
  }

 private:
  class Stream final : public http::Source {
   public:
    Stream(ScriptedEndpoint& owner, http::Exchange& exchange) : owner_(owner), exchange_(exchange) {
      ++owner_.streams_alive;
    }
    ~Stream() override { --owner_.streams_alive; }
    void drain(std::chrono::milliseconds retry) override {
      owner_.drained.push_back(retry);
      exchange_.finish("bye " + std::to_string(retry.count()));
    }
    bool can_be_carried() const override { return owner_.carries; }
    http::CarriedSource carry() const override {
      return {std::make_shared<const std::string>("shared"), "own"};
    }
    void on_body(std::string_view piece) override {
      owner_.body += piece;
      if (owner_.on_body) owner_.on_body(exchange_);
    }
    void on_body_end() override {
      owner_.body += '.';
      if (owner_.on_body) owner_.on_body(exchange_);
    }

   private:
    ScriptedEndpoint& owner_;
    http::Exchange& exchange_;
  };
};

}  // namespace worker::support
