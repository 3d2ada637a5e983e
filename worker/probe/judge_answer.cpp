#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/number.hpp"
#include "base/printable.hpp"
#include "probe/judge.hpp"
#include "probe/servers.hpp"

namespace worker::probe {
namespace {

using client::Answer;
using client::Ending;

constexpr std::size_t detail_bytes_shown = 300;

// The sentence of an application/problem+json; none in a page of something else.
std::string detail_of(const Answer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (!json.is_object() || !json.contains("detail") || !json["detail"].is_string()) return {};
  return base::printable(json["detail"].get<std::string>(), detail_bytes_shown);
}

std::vector<Change> changes_for_status(const Observations& seen) {
  const auto& answer = seen.main;
  const bool is_the_workers = !detail_of(answer).empty();
  constexpr auto locations = "/etc/nginx/snippets/sse-worker.locations.conf";
  switch (answer.status) {
    case 401:
    case 403: {
      std::vector<Change> changes = {
          {"this command", seen.sends_headers
                               ? "--header-file FILE    # another Cookie: or Authorization:"
                               : "--header-file FILE    # a reader's Cookie: or Authorization:"}};
      if (is_the_workers)
        changes.push_back(
            {"/etc/sse-worker/sse-worker.yaml", "access: {public: [\"TOPIC\"]}    # if all may read it"});
      else
        changes.push_back({"/etc/nginx/snippets/sse-worker.events.conf",
                           "auth_basic off;    # if the login of the site is not meant for /events"});
      return changes;
    }
    case 400:
      return {{"the address", "what the worker says"}};
    case 404:
      return {{"nginx, the server block", "include snippets/sse-worker.locations.conf;"},
              {"the address", "/events, unless the worker is under another path"}};
    case 405:
      return {{locations, "an answer to GET: another location has taken the address"}};
    case 429:
      return {{"the front end", "limit_req and limit_conn not for /events, or with a higher limit"}};
    case 204:
      return {{"the address", "a topic that has not ended"}};
    default:
      break;
  }
  if (answer.status >= 500) return changes_for(Problem::away, answer);
  return {{"nginx, the server block", "include snippets/sse-worker.locations.conf;"}};
}

void judge_no_status(const Observations& seen, Rows& rows) {
  const auto& answer = seen.main;
  constexpr auto front_end = "the front end";
  if (!answer.ending) {
    if (answer.address.empty() || (seen.url.starts_with("https:") && answer.secured.count() == 0))
      return rows.unchecked(Check::status, "there is no connection");
    auto changes = changes_for(Problem::held, seen.health ? *seen.health : answer);
    changes.push_back({front_end, "does it wait for something? Look at its error log"});
    return rows.wrong(Check::status,
                      fmt::format("no answer within {}: it hangs, or holds the whole answer back",
                                  time_text(seen.patience)),
                      std::move(changes));
  }
  const auto reason = base::printable(answer.ending->reason, detail_bytes_shown);
  switch (answer.ending->kind) {
    case Ending::Kind::no_name:
    case Ending::Kind::no_connection:
    case Ending::Kind::untrusted:
    case Ending::Kind::no_tls:
      return rows.unchecked(Check::status, "there is no connection");
    case Ending::Kind::too_long_head:
      return rows.wrong(
          Check::status,
          fmt::format("the head of the answer does not end within {} KiB", Answer::head_bytes_max / 1024),
          {{front_end, "fewer or shorter headers and cookies; or it is no web server of yours"}});
    case Ending::Kind::no_http:
      return rows.wrong(Check::status, "what answers does not speak HTTP: " + reason,
                        {{"the address", "the port of the front end, not that of the worker's socket"}});
    default:
      return rows.wrong(Check::status, "the connection broke before an answer: " + reason,
                        {{front_end, "look at its error log"}});
  }
}

void judge_status(const Observations& seen, Rows& rows) {
  const auto& answer = seen.main;
  if (answer.status == 0) return judge_no_status(seen, rows);
  if (answer.status == 200) return rows.ok(Check::status, "200");
  if (answer.status >= 300 && answer.status < 400) return rows.unchecked(Check::status, "redirects, above");
  const auto detail = detail_of(answer);
  rows.wrong(Check::status,
             fmt::format("{}{}{}; an EventSource closes for good", answer.status, detail.empty() ? "" : ": ",
                         detail),
             changes_for_status(seen));
}

void judge_type(const Observations& seen, Rows& rows) {
  const auto& answer = seen.main;
  const auto type = answer.field("content-type");
  const auto shown = type ? base::printable(*type) : std::string("none");
  if (answer.is_event_stream()) return rows.ok(Check::type, shown);
  const auto length = answer.ending && answer.ending->kind == Ending::Kind::too_long_body
                          ? fmt::format(", and more than {} KiB of it", Answer::body_bytes_max / 1024)
                          : std::string();
  rows.wrong(Check::type,
             fmt::format("{}{}: not text/event-stream; an EventSource closes for good", shown, length),
             {{"nginx, the server block",
               "include snippets/sse-worker.locations.conf;    # a page of the site has answered"},
              {"/etc/nginx/snippets/sse-worker.events.conf", "no fastcgi_hide_header Content-Type"}});
}

void judge_first_byte(const Observations& seen, Rows& rows) {
  const auto& answer = seen.main;
  const auto head =
      *answer.head_at - answer.begun - (answer.secured.count() > 0 ? answer.secured : answer.connected);
  if (answer.pieces.empty()) {
    if (answer.ending)
      return rows.wrong(Check::first_byte, "the stream ended without a byte",
                        changes_for(Problem::held, answer));
    return rows.wrong(
        Check::first_byte,
        fmt::format("the head came after {}, and nothing of the stream within {}: somebody holds it back",
                    time_text(head), time_text(seen.patience)),
        changes_for(Problem::held, answer));
  }
  const auto first = answer.pieces.front().at - *answer.head_at + head;
  constexpr std::chrono::seconds slow{2};
  if (first < slow)
    return rows.ok(Check::first_byte, fmt::format("after {}", time_text(first)), milliseconds(first));
  rows.wrong(
      Check::first_byte,
      fmt::format("after {}: somebody holds the answer back, or the machine is overloaded", time_text(first)),
      changes_for(Problem::held, answer), milliseconds(first));
}

void judge_compression(const Observations& seen, Rows& rows) {
  const auto coding = seen.main.field("content-encoding");
  if (!coding || *coding == "identity") return rows.ok(Check::compression, "none");
  rows.wrong(
      Check::compression,
      fmt::format("{}: it costs memory for each reader, and may hold events back", base::printable(*coding)),
      changes_for(Problem::compressed, seen.main));
}

void judge_caching(const Observations& seen, Rows& rows) {
  const auto control = seen.main.field("cache-control");
  if (is_stand_in(seen.main)) return rows.unchecked(Check::caching, "the worker is away");
  const auto text = std::string(control.value_or(""));
  const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
  const Change expires{"/etc/nginx/snippets/sse-worker.events.conf",
                       "expires off;    # and no add_header Cache-Control for /events"};
  // Some count the time that they wait for the answer.
  constexpr std::chrono::seconds rounding{2};
  const auto age = base::parse_number<int>(seen.main.field("age").value_or("0")).value_or(0);
  if (std::chrono::seconds(age) > *seen.main.head_at - seen.main.begun + rounding)
    return rows.wrong(Check::caching, fmt::format("it came out of a cache (Age: {})", age),
                      {{"the cache in front", "none for /events; in Varnish: return (pass);"}});
  if (!has("no-cache") && !has("no-store") && !has("private"))
    return rows.wrong(Check::caching,
                      control
                          ? fmt::format("Cache-Control: {}, not the worker's: a cache may keep the stream",
                                        base::printable(text))
                          : std::string("there is no Cache-Control: a cache may keep the stream"),
                      {expires});
  if (has("no-cache") && !has("no-transform") && !has("no-store"))
    return rows.wrong(
        Check::caching,
        fmt::format("Cache-Control: {}: no-transform is missing, which keeps proxies from compressing",
                    base::printable(text)),
        {expires});
  rows.ok(Check::caching, "Cache-Control: " + base::printable(text));
}

void judge_accel_buffering(const Observations& seen, Rows& rows) {
  const auto value = seen.main.field("x-accel-buffering");
  if (value && *value == "no")
    return rows.ok(Check::accel_buffering, "no, so that an nginx in front does not buffer");
  if (value)
    return rows.wrong(Check::accel_buffering, base::printable(*value) + ": it asks for buffering",
                      {{"nginx, or the application in between", "no add_header X-Accel-Buffering"}});
  rows.ok(Check::accel_buffering, "not there: an nginx on the way has removed it, as it does by default");
}

}  // namespace

void judge_answer(const Observations& seen, Rows& rows) {
  judge_status(seen, rows);
  const auto& answer = seen.main;
  const auto rest = {Check::first_byte, Check::compression, Check::caching, Check::accel_buffering};
  if (answer.status == 200)
    judge_type(seen, rows);
  else
    rows.unchecked(Check::type,
                   answer.status == 0 ? "there is no answer" : fmt::format("status {}", answer.status));
  if (!is_stream(answer)) {
    for (const auto check : rest) rows.unchecked(check, "the answer is no event stream");
    return;
  }
  judge_first_byte(seen, rows);
  judge_compression(seen, rows);
  judge_caching(seen, rows);
  judge_accel_buffering(seen, rows);
}

}  // namespace worker::probe
