// GET /events?topic=$stats: the stream of the worker's own figures. One event at once, then one an interval;
// not through the journal, so there is nothing to resume: a reader who comes back goes on with what is true
// then.
#pragma once

#include <boost/intrusive/list.hpp>

#include "api/settings.hpp"
#include "api/stats_feed.hpp"
#include "api/stream/settings.hpp"
#include "api/stream/slots.hpp"
#include "base/random.hpp"
#include "http/exchange.hpp"
#include "metrics/limits.hpp"
#include "net/timer.hpp"

namespace worker::api {

/// Names that begin with it are the worker's own: nobody publishes under them.
inline constexpr std::string_view stats_topic = "$stats";

/// Loop thread only; one per loop. All that is borrowed must outlive the streams.
class StatsEndpoint final : public http::Endpoint {
 public:
  StatsEndpoint(net::Timers& timers, base::Random& random, StreamSlots& slots, StatsFeed& feed,
                const StreamSettings& streams, const StatsSettings& settings, metrics::Limits& limits);

  /// A request for the topic and no other.
  void serve(http::Exchange& exchange) override;
  /// Who reads already goes on.
  void update(const StreamSettings& streams, const StatsSettings& settings);

 private:
  class Stream;
  using Hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  void send_to_all();

  net::Timers& timers_;
  base::Random& random_;
  StreamSlots& slots_;
  StatsFeed& feed_;
  metrics::Limits& limits_;
  StreamSettings streams_;
  StatsSettings settings_;
  boost::intrusive::list<Hook, boost::intrusive::base_hook<Hook>, boost::intrusive::constant_time_size<false>>
      open_;
  net::Timer timer_;  // armed while somebody reads
};

}  // namespace worker::api
