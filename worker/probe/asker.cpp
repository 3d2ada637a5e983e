#include "probe/asker.hpp"

#include <algorithm>

#include "client/address.hpp"

namespace worker::probe {
namespace {

// The greeting stream ends after ten seconds: whoever holds a whole answer back gives it then.
constexpr std::chrono::milliseconds patience_max{12'000};

}  // namespace

Asker::Asker(const Options& options, const Secrets& secrets, const base::Clock& clock)
    : options_(options),
      secrets_(secrets),
      clock_(clock),
      patience_(std::min<std::chrono::milliseconds>(patience_max, options.timeout)),
      deadline_(clock.now() + options.timeout),
      transfers_(clock) {}

client::Request Asker::request(const std::string& url, const char* accept) const {
  client::Request request{.url = url,
                          .headers = {std::string("Accept: ") + accept},
                          .trust_file = secrets_.trust_file,
                          .agent = "sse-worker-probe/" SSE_WORKER_VERSION};
  // A redirect may lead to somebody else, or to where everybody can read it.
  const bool is_safe = client::same_host(url, options_.url) &&
                       (url.starts_with("https:") || options_.url.starts_with("http:"));
  if (is_safe)
    request.headers.insert(request.headers.end(), secrets_.headers.begin(), secrets_.headers.end());
  return request;
}

client::Request Asker::stream_request(const std::string& url) const {
  auto made = request(url, "text/event-stream");
  made.headers.emplace_back("Cache-Control: no-cache");  // as an EventSource
  return made;
}

client::Request Asker::poll_request(const std::string& url, const Parameters& parameters) const {
  auto all = parameters;
  all.emplace_back("poll", "0");
  return request(client::with_parameters(url, all), "application/json");
}

client::Request Asker::publish_request(const std::string& url, std::string body) const {
  client::Request made{.url = url,
                       .headers = {"Content-Type: application/json", "Expect:"},
                       .body = std::move(body),
                       .trust_file = secrets_.trust_file,
                       .agent = "sse-worker-probe/" SSE_WORKER_VERSION};
  if (!secrets_.key.empty()) made.headers.push_back("Authorization: Bearer " + secrets_.key);
  return made;
}

bool Asker::run(client::Transfer& transfer, const Done& done, std::chrono::milliseconds longest) {
  const auto& answer = transfer.answer();
  const auto until = std::min(deadline_, clock_.now() + longest);
  bool is_done = false;
  transfers_.run(until, [&] {
    is_done = done && done(answer);
    return is_done || answer.ending.has_value();
  });
  if (!answer.head_at && !answer.ending) transfer.note_connection();
  return is_done;
}

bool Asker::run_for(client::Transfer& transfer, std::chrono::milliseconds time) {
  return transfers_.run(clock_.now() + time, [&] { return transfer.answer().ending.has_value(); });
}

client::Answer Asker::ask(client::Request request, const Done& done, std::chrono::milliseconds longest) {
  auto& transfer = start(std::move(request));
  run(transfer, done, longest);
  auto answer = transfer.answer();
  stop(transfer);
  return answer;
}

}  // namespace worker::probe
