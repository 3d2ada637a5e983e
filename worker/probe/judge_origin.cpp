#include <fmt/format.h>

#include <string>

#include "base/printable.hpp"
#include "probe/judge.hpp"
#include "probe/servers.hpp"

namespace worker::probe {
namespace {

constexpr auto allow_header = "access-control-allow-origin";

std::vector<Change> list_of_origins(const OriginSeen& seen) {
  return {{"/etc/sse-worker/sse-worker.yaml",
           fmt::format("access: {{origins: [\"{}\"]}}", base::printable(seen.origin))},
          {"/etc/nginx/conf.d/sse-worker.upstream.conf",
           fmt::format("\"{}\" $http_origin;    # in map $http_origin $sse_worker_cors_origin",
                       base::printable(seen.origin))}};
}

// What a browser refuses in this answer; empty where it lets the page read it.
std::string refused(const OriginSeen& seen, const client::Answer& answer) {
  const auto allowed = answer.field(allow_header);
  if (answer.status == 0) return "there is no answer";
  if (answer.count(allow_header) > 1) return "Access-Control-Allow-Origin is there twice";
  if (!allowed) return "Access-Control-Allow-Origin is missing";
  if (*allowed == "*")
    return seen.has_credentials ? "Access-Control-Allow-Origin is *, which forbids cookies" : std::string();
  if (*allowed != seen.origin)
    return fmt::format("Access-Control-Allow-Origin is {}", base::printable(*allowed));
  if (seen.has_credentials && answer.field("access-control-allow-credentials").value_or("") != "true")
    return "Access-Control-Allow-Credentials is missing, which cookies need";
  return {};
}

void judge_one(const OriginSeen& seen, const client::Answer& answer, Check check, Rows& rows) {
  auto problem = refused(seen, answer);
  constexpr int first_error = 300;
  if (check == Check::preflight && problem.empty() && answer.status >= first_error)
    problem = fmt::format("status {}, where a preflight needs 2xx", answer.status);
  if (check == Check::preflight && problem.empty()) {
    const auto headers = std::string(answer.field("access-control-allow-headers").value_or(""));
    if (headers.find("ast-") == std::string::npos && headers != "*")
      problem = "Access-Control-Allow-Headers does not name Last-Event-ID";
  }
  if (problem.empty())
    return rows.ok(check, fmt::format("{}: Access-Control-Allow-Origin: {}", answer.status,
                                      base::printable(answer.field(allow_header).value_or(""))));
  auto changes = list_of_origins(seen);
  if (answer.count(allow_header) > 1)
    changes = {{"the front end", "no add_header Access-Control-Allow-Origin of your own for /events"}};
  rows.wrong(check, "a browser refuses it: " + problem, std::move(changes));
}

}  // namespace

void judge_origin(const Observations& seen, Rows& rows) {
  if (!seen.origin) {
    for (const auto check : {Check::preflight, Check::origin})
      rows.unchecked(check, seen.main.status == 0
                                ? "there is no answer"
                                : "without --origin ORIGIN, or the time was over (--timeout)");
    return;
  }
  judge_one(*seen.origin, seen.origin->preflight, Check::preflight, rows);
  judge_one(*seen.origin, seen.origin->actual, Check::origin, rows);
}

}  // namespace worker::probe
