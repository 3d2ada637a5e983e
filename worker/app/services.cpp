#include "app/services.hpp"

#include "app/exported_metrics.hpp"
#include "app/open_store.hpp"
#include "fcgi/record.hpp"

namespace worker::app {

Services::Services(const config::Config& config, const ListeningSockets& listening_sockets,
                   std::string_view carried_history, log::TemplateCache& template_cache, TokenKeys& keys,
                   base::Logger& process_logger)
    : sockets(listening_sockets),
      templates(template_cache),
      token_keys(keys),
      logger(process_logger),
      log(open_log(config.history, config.storage, clock)),
      store(open_store(*log, config.storage, logger, carried_history)),
      metrics(registry),
      slots(config.streams.streams_max, config.streams.streams_per_address_max,
            config.streams.streams_per_subject_max),
      rosters(config.presence, config.storage, clock),
      hooks(config.hooks, sockets.web_server.descriptor(), clock, logger, metrics.hooks),
      revocations(clock),
      publish_rate(config.publish.subject_events_per_second_max),
      publish_streams(metrics.publish.streams),
      mercure_subscribers(*store, registry),
      address_limit_log(slots, logger),
      stats({metrics.hub, metrics.publish, metrics.limits, metrics.fcgi.stalled_closes,
             metrics.fcgi.outbox_bytes, metrics.fcgi.outboxes, metrics.streams, metrics.loop.lag, *log, slots,
             clock, fcgi::shared_stdout}) {
  log->set_busiest_topics(config.stats.busiest_topics);
  slots.subscriptions().set_limit(config.streams.subscriptions_bytes_max);
  export_log_metrics(registry, *log, *store);
  export_stream_metrics(registry, slots);
  export_template_metrics(registry, templates);
  export_presence_metrics(registry, rosters.own());
  export_hook_metrics(registry, hooks.readers());
  export_connection_metrics(registry, totals);
}

}  // namespace worker::app
