// GET /events?topic=$stats: the stream of the worker's own figures. One event at once, then one per interval.
// The figures are not in the log, so there is nothing to resume: a client that reconnects gets the figures of
// that moment.
#pragma once

#include <boost/intrusive/list.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request/access.hpp"
#include "api/settings.hpp"
#include "api/stats_feed.hpp"
#include "api/stream/stream_context.hpp"
#include "http/exchange.hpp"
#include "net/timer.hpp"

namespace worker::api {

/// Names that begin with `$` are reserved: nobody publishes under them.
inline constexpr std::string_view stats_topic = "$stats";

/// What is wrong with a request for `topics`, of which one is reserved, and perhaps for templates; none if it
/// asks for a stream of `$stats` and nothing else.
std::optional<std::string> reserved_topics_problem(const std::vector<std::string_view>& topics,
                                                   bool has_templates, bool polls);

/// Loop thread only; one per loop. All that is borrowed must outlive the streams.
class StatsEndpoint final : public http::Endpoint {
 public:
  StatsEndpoint(StreamContext& streams, StatsFeed& feed, const StatsSettings& settings, const Access& access);

  /// A request for `$stats` and no other topic.
  void serve(http::Exchange& exchange) override;
  /// Open streams stay open.
  void update(const StatsSettings& settings);

 private:
  class StatsStream;
  using Hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  void send_to_all();

  StreamContext& streams_;
  StatsFeed& feed_;
  StatsSettings settings_;
  const Access& access_;
  boost::intrusive::list<Hook, boost::intrusive::base_hook<Hook>, boost::intrusive::constant_time_size<false>>
      open_;
  net::Timer timer_;  // armed while streams are open
};

}  // namespace worker::api
