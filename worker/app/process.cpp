#include "app/process.hpp"

#include <csignal>
#include <utility>

#include "app/exit_status.hpp"
#include "base/signals.hpp"
#include "config/file_access.hpp"

namespace worker::app {

Process::Process(const config::Config& config, const std::string& file, Program program,
                 std::optional<TakeoverImage> image, ListeningSockets& sockets, Services& services)
    : config_(config),
      file_(file),
      image_(std::move(image)),
      sockets_(sockets),
      services_(services),
      reactors_(config, services),
      housekeeping_(reactors_.first_loop(), *services.log, services.address_limit_log, services.token_keys),
      presence_(reactors_.first_loop(), services.rosters, *services.log, *services.store, services.registry,
                services.metrics.presence, services.logger),
      reload_(file, config, reactors_, services),
      supervisor_(Supervisor::inherited_address(), services.logger),
      takeover_(std::move(program), file, image_ ? &*image_ : nullptr, reactors_, services, supervisor_) {}

int Process::run() {
  reactors_.first_loop().on_signals({SIGTERM, SIGINT, SIGHUP, SIGUSR2},
                                    [this](int signal) { on_signal(signal); });
  base::unblock_signals();  // those that came during a takeover wait
  if (image_) takeover_.continue_with(*std::exchange(image_, std::nullopt));
  services_.hooks.start();
  announce();
  int status = reactors_.run(services_.logger);
  presence_.leave();
  services_.hooks.stop();
  if (takeover_.is_due()) {
    takeover_.finish(sockets_);
    status = exit_failure;
  }
  services_.mercure_subscribers.stop();
  services_.store->close();
  services_.logger.info("stopped");
  return status;
}

void Process::announce() {
  auto& logger = services_.logger;
  logger.info("started: version={} listen=\"{}\"", SSE_WORKER_VERSION, sockets_.web_server.origin());
  for (const auto& [place, sentence] : config_.warnings) logger.warn("{}: {}", place, sentence);
  if (const auto warning = config::exposure_warning(config_, file_)) logger.warn("{}: {}", file_, *warning);
  supervisor_.ready(takeover_.status());
}

void Process::on_signal(int signal) {
  if (takeover_.keeps(signal)) return;
  if (signal == SIGHUP) return reload_();
  if (signal == SIGUSR2) return takeover_.begin();
  takeover_.cancel();
  end(signal);
}

// The streams end over some time; a second signal ends them at once.
void Process::end(int signal) {
  const bool again = std::exchange(ending_, true);
  services_.logger.info("shutting down: signal={} streams={} immediate={}", signal, services_.slots.used(),
                        again);
  if (again) return reactors_.stop();
  presence_.stop();
  reactors_.drain([this] { sockets_.close(); });
}

}  // namespace worker::app
