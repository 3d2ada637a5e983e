#include <fmt/format.h>

#include "base/printable.hpp"
#include "client/address.hpp"
#include "probe/delivery.hpp"
#include "probe/judge.hpp"
#include "probe/servers.hpp"

namespace worker::probe {
namespace {

using Kind = Delivery::Kind;

std::vector<Change> changes_for_publish(int status) {
  constexpr auto key = "--key-file FILE    # the publish key: /etc/sse-worker/publish.key, as root";
  switch (status) {
    case 401:
      return {{"this command", key}};
    case 403:
      return {{"/etc/nginx/snippets/sse-worker.common.conf",
               "allow ADDRESS;    # in location = /publish, above deny all"},
              {"this command", "--publish http://127.0.0.1/publish    # on the machine of the worker"}};
    case 404:
    case 405:
      return {{"this command", "--publish URL    # the address that your backend publishes to"}};
    default:
      return {{"the machine of the worker", "journalctl -u sse-worker"}};
  }
}

void judge_publish(const Observations& seen, Rows& rows) {
  if (!seen.publish)
    return rows.unchecked(Check::publish, seen.publish_url.empty() ? "give --publish URL or --key-file FILE"
                                                                   : "there is no stream to publish to");
  const auto& answer = *seen.publish;
  if (answer.status == 200)
    return rows.ok(Check::publish, "200 after " + time_text(*answer.head_at - answer.begun),
                   milliseconds(*answer.head_at - answer.begun));
  const auto url = client::shown(seen.publish_url);
  if (answer.status == 0)
    return rows.wrong(
        Check::publish,
        fmt::format("{}: {}", url,
                    answer.ending ? base::printable(answer.ending->reason, 200)
                                  : fmt::format("no answer within {}", time_text(seen.patience))),
        {{"this command", "--publish URL    # the address that your backend publishes to"}});
  rows.wrong(Check::publish, fmt::format("{}: status {}", url, answer.status),
             changes_for_publish(answer.status));
}

std::string who(const EventsSeen& events) { return names_of(servers_of(events.stream)); }

void judge_never(const EventsSeen& events, Rows& rows) {
  if (events.worker_has_them)
    return rows.wrong(Check::events,
                      fmt::format("none came, though the worker has them: {} holds them back", who(events)),
                      changes_for(Problem::held, events.stream));
  rows.wrong(Check::events, "none came, and the worker that is asked here does not have them",
             {{"nginx, sse-worker.upstream.conf",
               "one worker, or store: {kind: redis} for several: each has its own events otherwise"},
              {"this command", "--publish URL    # of the same worker"}});
}

void judge_delivery(const EventsSeen& events, Rows& rows) {
  const auto delivery = delivery_of(events);
  const bool is_published = !events.events.empty();
  const auto what = fmt::format("{} events", delivery.events);
  const auto longest = milliseconds(delivery.longest);
  const auto wrong = [&](Problem problem, std::string text) {
    rows.wrong(Check::events, std::move(text), changes_for(problem, events.stream), longest);
  };
  switch (delivery.kind) {
    case Kind::at_once:
      return rows.ok(
          Check::events,
          fmt::format("{}, each passed on within {}{}", what, time_text(delivery.longest),
                      is_published ? "" : "; the greeting stream tells it, publishing would tell more"),
          longest);
    case Kind::late:
      return wrong(Problem::late, fmt::format("each comes up to {} late: {} waits for more to send",
                                              time_text(delivery.longest), who(events)));
    case Kind::with_the_next:
      return wrong(Problem::held,
                   fmt::format("each comes only with the next one: {} keeps the last bytes, as a "
                               "compression that is not flushed does",
                               who(events)));
    case Kind::at_the_end:
      return wrong(Problem::held,
                   fmt::format("all came together, when the stream ended: {} holds them back", who(events)));
    case Kind::twice:
      return rows.wrong(Check::events, "an event came twice on one stream",
                        {{"the front end", "does it send a request twice? In nginx: no non_idempotent"}});
    case Kind::held:
      if (is_published && delivery.events == 0) return judge_never(events, rows);
      return wrong(Problem::held,
                   fmt::format("held back for {}, and then several at once: {} waits until a buffer "
                               "is full",
                               time_text(delivery.longest), who(events)));
    case Kind::unknown:
      break;
  }
  const auto& stream = events.stream;
  if (stream.pieces.empty() && !stream.ending)
    return wrong(Problem::held,
                 fmt::format("none came: {} holds them back, or the worker sends none", who(events)));
  rows.unchecked(Check::events, delivery.events == 0
                                    ? "this is not the greeting stream; give --publish URL or --key-file FILE"
                                    : "too few events in the time; give --timeout more seconds");
}

}  // namespace

void judge_events(const Observations& seen, Rows& rows) {
  judge_publish(seen, rows);
  if (seen.events && is_stream(seen.events->stream)) return judge_delivery(*seen.events, rows);
  if (seen.events && seen.events->stream.status == 0)
    return rows.wrong(Check::events,
                      fmt::format("another stream got no answer within {}", time_text(seen.patience)),
                      changes_for(Problem::held, seen.main));
  if (seen.events)
    return rows.unchecked(
        Check::events,
        fmt::format("status {} for the stream of the probe's topic; give --topic TOPIC, one that "
                    "may be read",
                    seen.events->stream.status));
  rows.unchecked(Check::events, is_stream(seen.main)
                                    ? "the time was over (--timeout), or nothing could be published"
                                    : "the answer is no event stream");
}

}  // namespace worker::probe
