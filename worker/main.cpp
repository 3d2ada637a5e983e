// sse-worker: composition only. Reads the command line and the configuration, makes the rooms, and turns the
// loops.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "app/check.hpp"
#include "app/exit_status.hpp"
#include "app/exported_metrics.hpp"
#include "app/hooks.hpp"
#include "app/housekeeping.hpp"
#include "app/metrics.hpp"
#include "app/open_store.hpp"
#include "app/presence.hpp"
#include "app/program_command.hpp"
#include "app/reactors.hpp"
#include "app/reload.hpp"
#include "app/rosters.hpp"
#include "app/supervisor.hpp"
#include "app/takeover.hpp"
#include "app/token_command.hpp"
#include "app/token_keys.hpp"
#include "base/signals.hpp"
#include "base/standard_streams.hpp"
#include "config/command_line.hpp"
#include "config/file_access.hpp"
#include "log/template_cache.hpp"
#include "net/listening_socket.hpp"
#include "store/redis/tls.hpp"

namespace {

using namespace worker;

// A stream is a descriptor; the soft limit of 1,024 that most systems set is meant for select().
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int serve(const config::Config& config, const std::string& file, app::Program program) {
  auto image = app::inherited_image();
  auto listening = image ? app::inherited_listening(*image) : net::ListeningSocket::find(config.listen);
  if (!listening) return app::fail_config("sse-worker: " + listening.error());
  std::optional<net::ListeningSocket> publish_listening;
  if (!config.publish_listen.address.empty()) {
    auto made = image && image->publish_socket
                    ? net::ListeningSocket::taken_over(std::move(image->publish_socket), image->publish_path)
                    : net::ListeningSocket::bind_unix(config.publish_listen);
    if (!made) return app::fail_config("sse-worker: " + made.error());
    publish_listening.emplace(std::move(made).value());
  }
  raise_descriptor_limit();
  // A write beyond a limit of file size (ulimit -f) then fails as one on a full disk does: the store reports
  // it.
  std::signal(SIGXFSZ, SIG_IGN);
  // The store's files contain what was published: only this user may read them, whatever the umask was.
  ::umask(0077);

  const auto logger = base::make_logger(config.log);
  log::TemplateCache templates(config.streams.templates_max, config.mercure.base());
  app::TokenKeys token_keys(*logger, templates);
  if (const auto problem = token_keys.update(config.tokens, config.mercure_tokens, config.mercure.resource()))
    return app::fail_config(*problem);
  if (const auto problem = store::tls_problem(config.storage)) return app::fail_config(*problem);
  if (const auto problem = app::hooks_problem(config.hooks))
    return app::fail_config("sse-worker: " + *problem);
  const base::SystemClock clock;
  metrics::Registry registry;
  const auto log = app::open_log(config.history, config.storage, clock);
  const auto store = app::open_store(*log, config.storage, *logger,
                                     image ? std::exchange(image->history, {}) : std::string());
  app::export_log_metrics(registry, *log, *store);
  log->set_busiest_topics(config.stats.busiest_topics);
  app::Metrics metrics(registry);
  api::StreamSlots slots(config.streams.streams_max, config.streams.streams_per_address_max,
                         config.streams.streams_per_subject_max);
  slots.subscriptions().set_limit(config.streams.subscriptions_bytes_max);
  app::export_stream_metrics(registry, slots);
  app::export_template_metrics(registry, templates);
  app::Rosters rosters(config.presence, config.storage, clock);
  app::export_presence_metrics(registry, rosters.own());
  app::Hooks hooks(config.hooks, listening.value().descriptor(), clock, *logger, metrics.hooks);
  app::export_hook_metrics(registry, hooks.readers());
  fcgi::ConnectionTotals totals;
  app::export_connection_metrics(registry, totals);
  api::Revocations revocations(clock);
  api::PublishRate publish_rate(config.publish.subject_events_per_second_max);
  api::SharedPublishStreams publish_streams(metrics.publish.streams);
  api::AllOpenStreams open_streams;
  api::MercureSubscribers mercure_subscribers(*store, registry);
  api::AddressLimitLog address_limit_log(slots, *logger);
  api::StatsFeed stats({metrics.hub, metrics.publish, metrics.limits, metrics.fcgi.stalled_closes,
                        metrics.fcgi.outbox_bytes, metrics.fcgi.outboxes, metrics.streams, metrics.loop.lag,
                        *log, slots, clock, fcgi::shared_stdout});

  const app::SharedServices services{clock,
                                     *logger,
                                     listening.value().descriptor(),
                                     publish_listening ? publish_listening->descriptor() : -1,
                                     *log,
                                     *store,
                                     registry,
                                     metrics,
                                     slots,
                                     rosters.all(),
                                     hooks.readers(),
                                     totals,
                                     stats,
                                     token_keys.subscribers(),
                                     token_keys.publishers(),
                                     token_keys.mercure_subscribers(),
                                     token_keys.mercure_publishers(),
                                     token_keys.resume(),
                                     templates,
                                     mercure_subscribers,
                                     revocations,
                                     publish_rate,
                                     publish_streams,
                                     open_streams};
  app::Reactors reactors(config, services);
  const app::Housekeeping housekeeping(reactors.first_loop(), *log, address_limit_log, token_keys);
  app::Presence presence(reactors.first_loop(), rosters, *log, *store, registry, metrics.presence, *logger);
  app::Reload reload(file, config, reactors, *log, *store, slots, rosters.all(), hooks, token_keys, templates,
                     publish_rate, *logger);
  const app::Supervisor supervisor(app::Supervisor::inherited_address(), *logger);
  app::Takeover takeover(std::move(program), file, image ? &*image : nullptr, reactors, revocations, clock,
                         *logger, registry, supervisor);
  const auto on_signal = [&, stopping = false](int signal) mutable {
    if (takeover.keeps(signal)) return;
    if (signal == SIGHUP) return reload();
    if (signal == SIGUSR2) return takeover.begin();
    takeover.cancel();
    const bool again = std::exchange(stopping, true);
    logger->info("shutting down: signal={} streams={} immediate={}", signal, slots.used(), again);
    if (again) return reactors.stop();
    presence.stop();
    reactors.drain([&] {
      listening.value().close();
      publish_listening.reset();
    });
  };
  reactors.first_loop().on_signals({SIGTERM, SIGINT, SIGHUP, SIGUSR2}, on_signal);
  base::unblock_signals();  // those that came during a takeover wait
  if (image) takeover.continue_with(*std::move(image), *log);
  hooks.start();
  logger->info("started: version={} listen=\"{}\"", SSE_WORKER_VERSION, listening.value().origin());
  for (const auto& [place, sentence] : config.warnings) logger->warn("{}: {}", place, sentence);
  if (const auto warning = config::exposure_warning(config, file)) logger->warn("{}: {}", file, *warning);
  supervisor.ready(takeover.status());
  int status = reactors.run(*logger);
  presence.leave();
  hooks.stop();
  if (takeover.is_due()) {
    takeover.finish(*store, *log, listening.value(), publish_listening);
    status = app::exit_failure;
  }
  mercure_subscribers.stop();
  store->close();
  logger->info("stopped");
  // An orderly end stays one, whoever is in a hurry while the last memory is given back.
  base::block_signals();
  return status;
}

}  // namespace

int main(int argc, char** argv) try {
  base::open_closed_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
  const auto parsed = config::parse_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  const auto& line = std::get<config::CommandLine>(parsed);
  if (line.verb == config::CommandLine::Verb::program) return app::run_program(argv);
  const auto config = line.config_file.empty() ? config::parse({}, {}) : config::load(line.config_file);
  if (!config) return app::fail_config(config::access_problem(line.config_file).value_or(config.error()));
  if (line.verb == config::CommandLine::Verb::rehearse) return app::rehearsed(line, config.value());
  if (line.verb == config::CommandLine::Verb::serve)
    return serve(config.value(), line.config_file, app::Program::own(argc, argv));
  if (line.verb == config::CommandLine::Verb::token) return app::token(line, config.value());
  return app::check(line, config.value());
} catch (const std::exception& error) {
  base::report(fmt::format("sse-worker: {}", error.what()));
  return app::exit_failure;
}
