#include "app/reload.hpp"

#include <utility>

#include "config/file_access.hpp"
#include "store/redis/tls.hpp"

namespace worker::app {

Reload::Reload(std::string file, const config::Config& running, Reactors& reactors, Services& services)
    : file_(std::move(file)), running_(running), reactors_(reactors), services_(services) {}

void Reload::operator()() {
  auto& logger = services_.logger;
  if (file_.empty()) return logger.warn("reload ignored: started without --config");
  auto loaded = config::load(file_);
  if (!loaded)
    return logger.error("reload failed, the old configuration stays in force: error=\"{}\"", loaded.error());
  auto& config = loaded.value();
  const auto keep = [&](const char* key, auto& value, const auto& running) {
    if (value == running) return;
    logger.warn("reload: a changed key needs a restart; the old value stays in force: key={}", key);
    value = running;
  };
  // Selectors that are in use were resolved against it.
  keep("mercure.url", config.mercure.url, running_.mercure.url);
  if (const auto problem =
          services_.token_keys.update(config.tokens, config.mercure_tokens, config.mercure.resource()))
    return logger.error("reload failed, the old configuration stays in force: error=\"{}\"", *problem);
  if (const auto problem = store::tls_problem(config.storage))
    return logger.error("reload failed, the old configuration stays in force: error=\"{}: {}\"", file_,
                        *problem);
  keep("listen", config.listen, running_.listen);
  keep("publish.listen", config.publish_listen, running_.publish_listen);
  keep("loops", config.loops, running_.loops);
  if (config.storage != running_.storage && !services_.store->reconfigure(config.storage))
    keep("store", config.storage, running_.storage);
  // The streams that are open would not be counted.
  keep("presence.topics", config.presence.topics, running_.presence.topics);
  // The receiver would not know what its topics are.
  keep("hooks.url", config.hooks.url, running_.hooks.url);
  keep("hooks.topics", config.hooks.topics, running_.hooks.topics);
  keep("hooks.events", config.hooks.events, running_.hooks.events);
  keep("hooks.worker", config.hooks.worker, running_.hooks.worker);
  keep("log.to", config.log.target, running_.log.target);
  logger.set_level(spdlog::level::from_str(config.log.level));
  services_.slots.set_limit(config.streams.streams_max, config.streams.streams_per_address_max,
                            config.streams.streams_per_subject_max);
  services_.publish_rate.set_limit(config.publish.subject_events_per_second_max);
  services_.slots.subscriptions().set_limit(config.streams.subscriptions_bytes_max);
  services_.templates.set_limit(config.streams.templates_max);
  services_.rosters.all().update(config.presence);
  services_.hooks.update(config.hooks);
  services_.log->update(config.history);
  services_.log->set_busiest_topics(config.stats.busiest_topics);
  reactors_.update(config);
  running_ = config;
  for (const auto& [place, sentence] : config.warnings) logger.warn("{}: {}", place, sentence);
  if (const auto warning = config::exposure_warning(config, file_)) logger.warn("{}: {}", file_, *warning);
  logger.info("reloaded: file={}", file_);
}

}  // namespace worker::app
