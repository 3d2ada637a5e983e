#include "app/reload.hpp"

#include <utility>

#include "config/file_access.hpp"
#include "store/redis/tls.hpp"

namespace worker::app {

Reload::Reload(std::string file, const config::Config& running, Reactors& reactors, log::Log& log,
               store::Store& store, api::StreamSlots& slots, presence::Roster& roster, Hooks& hooks,
               TokenKeys& token_keys, log::TemplateCache& templates, api::PublishRate& publish_rate,
               base::Logger& logger)
    : file_(std::move(file)),
      running_(running),
      reactors_(reactors),
      log_(log),
      store_(store),
      slots_(slots),
      roster_(roster),
      hooks_(hooks),
      token_keys_(token_keys),
      templates_(templates),
      publish_rate_(publish_rate),
      logger_(logger) {}

void Reload::operator()() {
  if (file_.empty()) return logger_.warn("reload ignored: started without --config");
  auto loaded = config::load(file_);
  if (!loaded)
    return logger_.error("reload failed, the old configuration stays in force: error=\"{}\"", loaded.error());
  auto& config = loaded.value();
  const auto keep = [&](const char* key, auto& value, const auto& running) {
    if (value == running) return;
    logger_.warn("reload: a changed key needs a restart; the old value stays in force: key={}", key);
    value = running;
  };
  // Selectors that are in use were resolved against it.
  keep("mercure.url", config.mercure.url, running_.mercure.url);
  if (const auto problem =
          token_keys_.update(config.tokens, config.mercure_tokens, config.mercure.resource()))
    return logger_.error("reload failed, the old configuration stays in force: error=\"{}\"", *problem);
  if (const auto problem = store::tls_problem(config.storage))
    return logger_.error("reload failed, the old configuration stays in force: error=\"{}: {}\"", file_,
                         *problem);
  keep("listen", config.listen, running_.listen);
  keep("publish.listen", config.publish_listen, running_.publish_listen);
  keep("loops", config.loops, running_.loops);
  if (config.storage != running_.storage && !store_.reconfigure(config.storage))
    keep("store", config.storage, running_.storage);
  // The streams that are open would not be counted.
  keep("presence.topics", config.presence.topics, running_.presence.topics);
  // The receiver would not know what its topics are.
  keep("hooks.url", config.hooks.url, running_.hooks.url);
  keep("hooks.topics", config.hooks.topics, running_.hooks.topics);
  keep("hooks.events", config.hooks.events, running_.hooks.events);
  keep("hooks.worker", config.hooks.worker, running_.hooks.worker);
  keep("log.to", config.log.target, running_.log.target);
  logger_.set_level(spdlog::level::from_str(config.log.level));
  slots_.set_limit(config.streams.streams_max, config.streams.streams_per_address_max,
                   config.streams.streams_per_subject_max);
  publish_rate_.set_limit(config.publish.subject_events_per_second_max);
  slots_.subscriptions().set_limit(config.streams.subscriptions_bytes_max);
  templates_.set_limit(config.streams.templates_max);
  roster_.update(config.presence);
  hooks_.update(config.hooks);
  log_.update(config.history);
  log_.set_busiest_topics(config.stats.busiest_topics);
  reactors_.update(config);
  running_ = config;
  for (const auto& [place, sentence] : config.warnings) logger_.warn("{}: {}", place, sentence);
  if (const auto warning = config::exposure_warning(config, file_)) logger_.warn("{}: {}", file_, *warning);
  logger_.info("reloaded: file={}", file_);
}

}  // namespace worker::app
