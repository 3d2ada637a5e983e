// GET and POST /events: subscribes to topics, as a stream or as a long poll. A request without topics gets
// the greeting stream, and one for `$stats` the stream of the worker's figures.
#pragma once

#include "api/access/grants.hpp"
#include "api/stream/attendance.hpp"
#include "api/stream/cursor_waitlist.hpp"
#include "api/stream/stream_context.hpp"
#include "api/stream/subscribe_request.hpp"
#include "http/exchange.hpp"
#include "hub/shard.hpp"
#include "log/template_cache.hpp"
#include "store/store.hpp"

namespace worker::api {

/// Loop thread only; one per loop. All that is borrowed must outlive the streams.
class EventsEndpoint final : public http::Endpoint {
 public:
  EventsEndpoint(StreamContext& streams, hub::Shard& shard, store::Store& store, const Grants& grants,
                 log::TemplateCache& templates, Attendances attendances, http::Endpoint& greeting,
                 http::Endpoint& stats);

  void serve(http::Exchange& exchange) override;
  /// Serves a subscription that another endpoint has parsed, and whose client may read it.
  void subscribe(http::Exchange& exchange, SubscribeRequest request);

 private:
  void add_resume_address(SubscribeRequest& request, const Identity& identity, std::string_view path,
                          const std::vector<std::string_view>& topics, const http::Query& parameters) const;
  std::optional<http::Response> add_companions(SubscribeRequest& request, const Identity& identity) const;
  bool attend(http::Exchange& exchange, const SubscribeRequest& request, Admission& admission) const;
  void on_cursor_resolved(http::Exchange& exchange, const SubscribeRequest& request, const ResumeStart& start,
                          Admission admission);
  void begin(http::Exchange& exchange, const SubscribeRequest& request, const ResumeStart& start,
             Admission admission);

  StreamContext& streams_;
  hub::Shard& shard_;
  store::Store& store_;
  const Grants& grants_;
  log::TemplateCache& templates_;
  const Attendances attendances_;
  http::Endpoint& greeting_;
  http::Endpoint& stats_;
  CursorWaitlist cursor_waitlist_;
};

}  // namespace worker::api
