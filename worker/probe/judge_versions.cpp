#include <fmt/format.h>

#include <algorithm>

#include "base/printable.hpp"
#include "probe/judge.hpp"
#include "probe/servers.hpp"

namespace worker::probe {
namespace {

std::string version_text(int version) {
  constexpr int ten = 10;
  if (version >= 2 * ten) return fmt::format("HTTP/{}", version / ten);
  return version == 0 ? "an unknown version" : fmt::format("HTTP/{}.{}", version / ten, version % ten);
}

void judge_version(const Observations& seen, const VersionSeen& version, Check check, Rows& rows) {
  const auto& answer = version.answer;
  constexpr int http_2 = 20;
  if (version.wanted == http_2 && answer.status != 0 && answer.version != http_2)
    return rows.unchecked(check,
                          fmt::format("not offered ({}): a browser opens at most six streams then, over all "
                                      "its tabs",
                                      version_text(answer.version)));
  if (answer.status == 0) {
    const auto reason = answer.ending && !answer.ending->reason.empty()
                            ? base::printable(answer.ending->reason)
                            : fmt::format("no answer within {}", time_text(seen.patience));
    return rows.wrong(check, reason,
                      {{"the front end", "its other versions of HTTP answer: look at its error log"}});
  }
  if (answer.status != seen.main.status || answer.is_event_stream() != seen.main.is_event_stream())
    return rows.wrong(check,
                      fmt::format("{} {}, other than the first answer", answer.status,
                                  base::printable(answer.field("content-type").value_or(""))),
                      {{"the front end", "no condition on the version of HTTP for /events"}});
  if (!is_stream(answer)) return rows.unchecked(check, fmt::format("status {}, as above", answer.status));
  rows.ok(
      check,
      answer.version == version.wanted ? "streams" : "streams, answered as " + version_text(answer.version),
      milliseconds(*answer.head_at - answer.begun));
}

}  // namespace

void judge_versions(const Observations& seen, Rows& rows) {
  const auto& main = seen.main;
  if (main.status == 0) {
    rows.unchecked(Check::version, "there is no answer");
  } else {
    const auto servers = servers_of(main);
    rows.ok(Check::version, servers.front() == Server::unnamed
                                ? version_text(main.version)
                                : fmt::format("{}, from {}", version_text(main.version), names_of(servers)));
  }
  const std::pair<Check, int> all[] = {{Check::http_1_0, 10}, {Check::http_1_1, 11}, {Check::http_2, 20}};
  for (const auto& [check, wanted] : all) {
    const auto found = std::ranges::find(seen.versions, wanted, &VersionSeen::wanted);
    if (found != seen.versions.end()) {
      judge_version(seen, *found, check, rows);
    } else if (main.status != 0 && main.version == wanted) {
      if (is_stream(main))
        rows.ok(check, "as above");
      else
        rows.unchecked(check, fmt::format("status {}", main.status));
    } else if (check == Check::http_2 && !seen.url.starts_with("https:")) {
      rows.unchecked(check, "browsers use it over https:// only");
    } else {
      rows.unchecked(check, main.status == 0
                                ? "there is no answer"
                                : "answers come too late to tell, or the time was over (--timeout)");
    }
  }
}

}  // namespace worker::probe
