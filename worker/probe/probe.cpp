#include "probe/probe.hpp"

#include <algorithm>
#include <utility>

#include "client/address.hpp"
#include "probe/event_check.hpp"
#include "probe/judge.hpp"

namespace worker::probe {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t hops_max = 10;

bool is_redirect(const client::Answer& answer) {
  return (answer.status == 301 || answer.status == 302 || answer.status == 303 || answer.status == 307 ||
          answer.status == 308) &&
         !answer.redirect.empty();
}

// Of a stream its beginning; of anything else all of it.
bool is_enough(const client::Answer& answer) {
  return is_redirect(answer) || (is_stream(answer) && !answer.pieces.empty());
}

}  // namespace

Probe::Probe(const Options& options, const Secrets& secrets, std::string mark, const base::Clock& clock)
    : options_(options),
      secrets_(secrets),
      mark_(std::move(mark)),
      clock_(clock),
      asker_(options, secrets, clock) {}

Observations Probe::run() {
  seen_.now = clock_.wall();
  seen_.trusts_file = !secrets_.trust_file.empty();
  seen_.sends_headers = !secrets_.headers.empty();
  seen_.patience = asker_.patience();
  seen_.publish_url = options_.publish_url;
  ask_first();
  if (seen_.main.status == 0) look_at_certificate();
  // A server that keeps silent about the stream may name itself here.
  if (seen_.main.status != 0 || (seen_.main.connected.count() > 0 && !seen_.main.ending)) ask_health();
  if (seen_.main.status == 0 || seen_.redirects != Observations::Redirects::followed) return std::move(seen_);
  base_ = client::without_topics(seen_.url);
  if (seen_.publish_url.empty() && !secrets_.key.empty())
    seen_.publish_url =
        client::sibling(client::same_host(seen_.url, options_.url) ? seen_.url : options_.url, "publish");
  if (is_stream(seen_.main) && !asker_.time_is_over()) ask_events();
  if (is_stream(seen_.main)) ask_cursors();
  ask_versions();
  ask_as_origin();
  if (is_stream(seen_.main)) stay_idle();
  return std::move(seen_);
}

void Probe::ask_first() {
  seen_.url = options_.url;
  for (;;) {
    auto& transfer = asker_.start(asker_.stream_request(seen_.url));
    asker_.run(transfer, is_enough, asker_.patience());
    // A server that stands in for the worker ends at once.
    constexpr auto moment = 100ms;
    if (is_stream(transfer.answer())) asker_.run(transfer, nullptr, moment);
    seen_.main = transfer.answer();
    asker_.stop(transfer);
    if (!is_redirect(seen_.main)) return;
    auto next = client::http_address(seen_.main.redirect, "/");
    const auto to = next ? next.value().url : seen_.main.redirect;
    const bool is_known = std::ranges::any_of(seen_.hops, [&](const Hop& hop) { return hop.from == to; });
    seen_.hops.push_back({seen_.url, seen_.main.status, to});
    using Redirects = Observations::Redirects;
    if (is_known || to == seen_.url)
      seen_.redirects = Redirects::circle;
    else if (!next || (seen_.url.starts_with("https:") && !to.starts_with("https:")))
      seen_.redirects = Redirects::left_https;
    else if (seen_.hops.size() >= hops_max)
      seen_.redirects = Redirects::too_many;
    if (seen_.redirects != Redirects::followed || asker_.time_is_over()) return;
    seen_.url = to;
  }
}

void Probe::look_at_certificate() {
  const auto& ending = seen_.main.ending;
  if (!ending || ending->kind != client::Ending::Kind::untrusted || asker_.time_is_over()) return;
  client::Request request{.url = seen_.url, .trust = client::Request::Trust::nobody};
  seen_.certificate = asker_.ask(std::move(request));
}

void Probe::ask_health() {
  if (client::last_part(seen_.url) != "events" || asker_.time_is_over()) return;
  seen_.health = asker_.ask(asker_.poll_request(client::sibling(seen_.url, "healthz"), {}));
}

void Probe::ask_versions() {
  using Version = client::Request::Version;
  const std::pair<int, Version> all[] = {
      {10, Version::http_1_0}, {11, Version::http_1_1}, {20, Version::http_2}};
  // The first answer tells how soon one is due.
  constexpr auto longest = 3s;
  if (*seen_.main.head_at - seen_.main.begun > longest) return;
  for (const auto& [wanted, version] : all) {
    const bool is_shown = seen_.main.version == wanted;
    const bool is_impossible = version == Version::http_2 && !seen_.url.starts_with("https:");
    if (is_shown || is_impossible || asker_.time_is_over()) continue;
    auto request = asker_.stream_request(seen_.url);
    request.version = version;
    const auto has_head = [](const client::Answer& answer) { return answer.head_at.has_value(); };
    auto answer = asker_.ask(std::move(request), has_head, longest);
    if (!asker_.is_cut_short(answer)) seen_.versions.push_back({wanted, std::move(answer)});
  }
}

void Probe::ask_events() {
  EventCheck check(asker_, seen_, base_, topic(), mark_);
  if (seen_.publish_url.empty())
    check.run_greeting();
  else
    check.run_published();
}

void Probe::ask_cursors() {
  if (asker_.time_is_over()) return;
  // Nobody has given it out, so the worker must report a gap.
  const auto unknown = mark_ + "-unknown";
  auto with_header = asker_.poll_request(base_, {{"topic", topic()}});
  with_header.headers.push_back("Last-Event-ID: " + unknown);
  seen_.cursor_header = asker_.ask(std::move(with_header));
  if (asker_.time_is_over()) return;
  seen_.cursor_parameter =
      asker_.ask(asker_.poll_request(base_, {{"topic", topic()}, {"lastEventId", unknown}}));
}

void Probe::ask_as_origin() {
  if (options_.origin.empty() || asker_.time_is_over()) return;
  const auto is_cookie = [](const std::string& line) {
    constexpr std::string_view name = "cookie:";
    return std::ranges::equal(line.substr(0, name.size()), name,
                              [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  };
  OriginSeen origin{.origin = options_.origin,
                    .has_credentials = std::ranges::any_of(secrets_.headers, is_cookie)};
  // A browser asks without the reader's headers.
  client::Request preflight{.url = seen_.url,
                            .method = "OPTIONS",
                            .headers = {"Origin: " + options_.origin, "Access-Control-Request-Method: GET",
                                        "Access-Control-Request-Headers: last-event-id"},
                            .trust_file = secrets_.trust_file,
                            .agent = "sse-worker-probe/" SSE_WORKER_VERSION};
  origin.preflight = asker_.ask(std::move(preflight));
  auto actual = asker_.stream_request(seen_.url);
  actual.headers.push_back("Origin: " + options_.origin);
  origin.actual = asker_.ask(
      std::move(actual), [](const client::Answer& answer) { return answer.head_at.has_value(); },
      asker_.patience());
  if (!asker_.is_cut_short(origin.preflight) && !asker_.is_cut_short(origin.actual))
    seen_.origin = std::move(origin);
}

void Probe::stay_idle() {
  if (options_.idle.count() == 0) return;
  auto& transfer = asker_.start(
      asker_.stream_request(client::with_parameters(base_, {{"topic", topic()}, {"heartbeat", "event"}})));
  asker_.run_for(transfer, options_.idle);
  IdleSeen idle{.asked = options_.idle, .until = asker_.now(), .stream = transfer.answer()};
  if (idle.stream.ending) idle.until = idle.stream.ending->at;
  asker_.stop(transfer);
  seen_.idle = std::move(idle);
}

}  // namespace worker::probe
