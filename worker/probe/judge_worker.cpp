#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "base/printable.hpp"
#include "client/frames.hpp"
#include "probe/judge.hpp"
#include "probe/servers.hpp"

namespace worker::probe {
namespace {

const Change look_at_it{"the machine of the worker", "systemctl status sse-worker.socket sse-worker.service"};

std::string meaning(int status) {
  switch (status) {
    case 502:
      return "nothing answers at the worker's socket, or what answers is not the worker";
    case 503:
      return "the worker is starting or down, or takes no more";
    case 504:
      return "the worker took the request and did not answer in time";
    default:
      return {};
  }
}

// A stream that is refused with 200 says why in a comment, and ends.
std::string refusal(const client::Answer& answer) {
  if (!is_stream(answer) || !answer.ending || answer.ending->kind != client::Ending::Kind::complete)
    return {};
  const auto frames = client::frames_of(answer);
  const auto fires = [](const client::Frame& frame) { return frame.has_data || frame.id.has_value(); };
  if (std::ranges::any_of(frames, fires)) return {};
  const auto found =
      std::ranges::find_if(frames, [](const client::Frame& frame) { return !frame.comment.empty(); });
  constexpr std::size_t bytes_shown = 200;
  return found == frames.end() ? std::string() : base::printable(found->comment, bytes_shown);
}

bool judge_health(const client::Answer& answer, Rows& rows) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (!json.is_object() || !json.contains("status") || !json["status"].is_string()) return false;
  const auto status = json["status"].get<std::string>();
  if (answer.status == 200 && status == "ok") {
    rows.ok(Check::worker, "answers, and its store accepts events");
    return true;
  }
  if (answer.status != 503) return false;
  rows.wrong(Check::worker,
             fmt::format("/healthz: 503, {}: its store accepts no events", base::printable(status)),
             {{"the machine of the worker", "journalctl -u sse-worker | grep store"}});
  return true;
}

}  // namespace

bool is_stand_in(const client::Answer& answer) {
  if (!is_stream(answer) || !answer.ending || answer.ending->kind != client::Ending::Kind::complete)
    return false;
  const auto frames = client::frames_of(answer);
  return !frames.empty() && std::ranges::all_of(frames, [](const client::Frame& frame) {
    return frame.has_retry && !frame.has_data && frame.comment.empty() && !frame.id;
  });
}

void judge_worker(const Observations& seen, Rows& rows) {
  const auto& main = seen.main;
  if (main.status == 0) {
    if (!seen.health || !judge_health(*seen.health, rows))
      rows.unchecked(Check::worker, "there is no answer");
    return;
  }
  if (const auto text = meaning(main.status); !text.empty()) {
    auto changes = changes_for(Problem::away, main);
    changes.insert(changes.begin(), look_at_it);
    return rows.wrong(Check::worker,
                      fmt::format("{} from {}: {}. An EventSource never comes back after this status",
                                  main.status, names_of(servers_of(main)), text),
                      std::move(changes));
  }
  if (is_stand_in(main))
    return rows.wrong(
        Check::worker,
        fmt::format("{} answers in its place with an empty stream, so that readers come back: the "
                    "worker is starting or down",
                    names_of(servers_of(main))),
        {look_at_it});
  if (const auto reason = refusal(main); !reason.empty())
    return rows.wrong(Check::worker, fmt::format("refuses the stream: {}", reason),
                      {{"/etc/sse-worker/sse-worker.yaml", "the key under streams: that the comment names"}});
  if (seen.health && judge_health(*seen.health, rows)) return;
  if (is_stream(main))
    return rows.ok(Check::worker, "something answers with a stream; /healthz is not open here");
  rows.unchecked(Check::worker, "/healthz beside the address is not the worker's");
}

}  // namespace worker::probe
