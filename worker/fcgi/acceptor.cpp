#include "fcgi/acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace worker::fcgi {
namespace {

// Connections accepted in one turn: enough to keep up with a storm, few enough to serve the others in
// between.
constexpr int accepts_per_turn = 64;
constexpr std::chrono::milliseconds accept_pause{100};
// Beyond the drain's window, for last bytes to be taken.
constexpr std::chrono::milliseconds drain_grace{500};

}  // namespace

Acceptor::Acceptor(net::Loop& loop, int listening, http::Endpoint& endpoint, const Settings& settings,
                   Metrics& metrics, base::Logger& logger, base::Random& random, Decoder& decoder,
                   ConnectionTotals& load)
    : loop_(loop),
      listening_(listening),
      settings_(settings),
      metrics_(metrics),
      logger_(logger),
      random_(random),
      stall_watch_(loop.timers(), settings.stall),
      context_{.loop = loop,
               .decoder = decoder,
               .endpoint = endpoint,
               .settings = settings_,
               .metrics = metrics,
               .logger = logger,
               .stalls = stall_watch_,
               .destroy_after_turn = [this](Connection& connection) { destroy_after_turn(connection); },
               .load = load},
      resume_(loop.timers(), [this] { open(); }),
      drain_end_(loop.timers(), [this] {
        for (auto& connection : connections_) connection.close();
      }) {
  load.bodies.set_limit(settings.bodies_bytes_max);
}

Acceptor::~Acceptor() {
  stop_accepting();
  connections_.clear_and_dispose([](Connection* connection) {
    connection->in_sweep = true;  // there is no sweep to come
    delete connection;
  });
}

void Acceptor::open() {
  accepting_ = loop_.poller().add(listening_, *this, net::Poller::Trigger::level);
  if (!accepting_) pause_accepting();
}

void Acceptor::on_ready(Ready /*ready*/) {
  // Another process that has this socket can clear O_NONBLOCK: systemd does so at each ExecReload of a unit
  // with StandardInput=socket. accept would then block the loop until the next connection.
  ::fcntl(listening_, F_SETFL, O_NONBLOCK);
  for (int i = 0; accepting_ && i < accepts_per_turn; ++i) {
    base::UniqueFd socket(::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      if (std::exchange(paused_, false)) logger_.info("accept resumed");
      add_connection(std::move(socket));
      continue;
    }
    switch (errno) {
      case EAGAIN:
        return;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return pause_accepting();
      default:
        break;  // this one peer's trouble: it left before it was accepted
    }
  }
}

void Acceptor::add_connection(base::UniqueFd socket) {
  metrics_.accepted.add();
  if (context_.load.pending >= settings_.pending_max) {
    metrics_.limits.count(metrics::Limit::pending);
    return metrics_.count(Refusal::full);
  }
  auto* connection = new Connection(context_, std::move(socket));  // owned by the list; deleted in sweep()
  connections_.push_back(*connection);
}

void Acceptor::pause_accepting() {
  if (!std::exchange(paused_, true))
    logger_.warn("accept paused: error=\"{}\"", std::generic_category().message(errno));
  metrics_.accept_pauses.add();
  stop_accepting();
  resume_.arm_in(accept_pause);
}

void Acceptor::stop_accepting() {
  if (std::exchange(accepting_, false)) loop_.poller().remove(listening_, *this);
  resume_.cancel();
}

void Acceptor::destroy_after_turn(Connection& connection) {
  if (std::exchange(connection.in_sweep, true)) return;
  to_sweep_.push_back(&connection);
  if (!std::exchange(sweep_posted_, true)) loop_.post([this] { sweep(); });
}

void Acceptor::sweep() {
  sweep_posted_ = false;
  while (!to_sweep_.empty() && !loop_.turn_is_over()) {
    auto* connection = to_sweep_.front();
    to_sweep_.pop_front();
    connection->in_sweep = false;
    connection->after_turn();
    if (!connection->closed() || connection->in_sweep) continue;
    connections_.erase_and_dispose(connections_.iterator_to(*connection),
                                   [](Connection* closed) { delete closed; });
  }
  if (!to_sweep_.empty() && !std::exchange(sweep_posted_, true)) loop_.post([this] { sweep(); });
  if (connections_.empty() && on_drained_) std::exchange(on_drained_, nullptr)();
}

void Acceptor::drain(std::chrono::milliseconds window, Retry retry, std::function<void()> done) {
  stop_accepting();
  on_drained_ = std::move(done);
  for (auto& connection : connections_) {
    connection.drain_in(random_.between(std::chrono::milliseconds(0), window),
                        random_.between(retry.least, retry.most));
  }
  drain_end_.arm_in(window + drain_grace);
  loop_.post([this] { sweep(); });
}

}  // namespace worker::fcgi
