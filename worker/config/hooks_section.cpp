#include "config/hooks_section.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.hpp"

namespace worker::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t hook_url_bytes_max = 2'048;
constexpr std::size_t worker_name_bytes_max = 200;

void read_events(Section& section, hooks::EventKinds& events) {
  const auto expected = "a list of occupied, vacated, opened and closed";
  hooks::EventKinds chosen{.occupied = false, .vacated = false, .opened = false, .closed = false};
  section.each("events", expected, [&](const std::string& name) -> std::optional<std::string> {
    if (name == "occupied") return chosen.occupied = true, std::nullopt;
    if (name == "vacated") return chosen.vacated = true, std::nullopt;
    if (name == "opened") return chosen.opened = true, std::nullopt;
    if (name == "closed") return chosen.closed = true, std::nullopt;
    return fmt::format("must be {}, not `{}`", expected, base::printable(name));
  });
  if (!section.has("events")) return;
  if (chosen == hooks::EventKinds{.occupied = false, .vacated = false})
    section.refuse("events", fmt::format("must be {}, and not empty", expected));
  events = chosen;
}

}  // namespace

std::optional<std::string> hook_url_problem(const std::string& url) {
  const auto scheme_end = url.starts_with("https://") ? 8U : url.starts_with("http://") ? 7U : 0U;
  if (scheme_end == 0) return "must begin with https:// or http://";
  if (url.size() > hook_url_bytes_max)
    return fmt::format("has {} bytes; at most {} are allowed", url.size(), hook_url_bytes_max);
  if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c <= '~'; }))
    return "must be printable ASCII without spaces; encode other characters as %XX";
  if (url.find('#') != std::string::npos) return "must not have a fragment (#…)";
  const auto authority = url.substr(scheme_end, url.find_first_of("/?", scheme_end) - scheme_end);
  if (authority.empty() || authority.front() == ':') return "has no host";
  // It would be in log lines, and the receiver has the signature.
  if (authority.find('@') != std::string::npos)
    return "must not have a user or password; the receiver verifies the signature instead";
  return std::nullopt;
}

void read_hooks(Section& section, hooks::Settings& hooks) {
  section.each("url", "the address of the receiver, https://HOST/PATH or http://HOST/PATH",
               [&](const std::string& url) -> std::optional<std::string> {
                 hooks.url = url;
                 return url.empty() ? std::nullopt : hook_url_problem(url);
               });
  section.selectors("topics", hooks.topics);
  read_events(section, hooks.events);
  section.text("key_file", hooks.key_file);
  section.text("ca_file", hooks.ca_file);
  const auto is_name = [](const std::string& name) {
    return name.size() <= worker_name_bytes_max &&
           std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
  };
  section.word("worker", hooks.worker, is_name, "a name of at most 200 printable ASCII characters");
  section.seconds("grace_seconds", hooks.grace, 0ms, 1h);
  section.seconds("timeout_seconds", hooks.timeout, 100ms, 60s);
  section.seconds("batch_seconds", hooks.batch_wait, 0ms, 60s);
  section.number("batch_max", hooks.batch_max, 1, 10'000);
  section.seconds("retry_seconds_max", hooks.retry_max, 1s, 24h);
  section.seconds("heartbeat_seconds", hooks.heartbeat, 0ms, 1h);
  section.number("queue_bytes_max", hooks.queue_bytes_max, 65'536, 1'073'741'824);
  if (!hooks.url.empty() && hooks.topics.empty())
    section.refuse("topics", "must not be empty; [\"*\"] is all topics");
}

}  // namespace worker::config
