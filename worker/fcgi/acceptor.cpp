#include "fcgi/acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace worker::fcgi {
namespace {

// Connections accepted in one turn: enough to keep up with many at once, few enough to serve the others in
// between.
constexpr int accepts_per_turn = 64;
constexpr std::chrono::milliseconds accept_pause{100};
// After the drain's window, for the peers to read the last bytes.
constexpr std::chrono::milliseconds drain_grace{500};
constexpr std::chrono::milliseconds settle_check{2};

}  // namespace

Acceptor::Acceptor(net::Loop& loop, int listening, http::Endpoint& endpoint, const Settings& settings,
                   Metrics& metrics, base::Logger& logger, base::Random& random, Decoder& decoder,
                   ConnectionTotals& totals)
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
               .schedule_after_turn = [this](Connection& connection) { schedule_after_turn(connection); },
               .totals = totals,
               .output = {.poller = loop.poller(), .stall_watch = stall_watch_, .metrics = metrics}},
      resume_(loop.timers(), [this] { start(); }),
      drain_end_(loop.timers(),
                 [this] {
                   for (auto& connection : connections_) connection.close();
                 }),
      settling_(loop.timers(), [this] { check_settled(); }) {
  totals.bodies.set_limit(settings.bodies_bytes_max);
}

Acceptor::~Acceptor() {
  stop();
  connections_.clear_and_dispose([](Connection* connection) {
    connection->scheduled = true;  // run_scheduled() is not called any more
    delete connection;
  });
}

void Acceptor::update(const Settings& settings) {
  loop_.assert_on_thread();
  settings_ = settings;
  stall_watch_.set_bound(settings.stall);
  context_.totals.bodies.set_limit(settings.bodies_bytes_max);
}

void Acceptor::start() {
  loop_.assert_on_thread();
  if (!loop_.poller().add(listening_, *this, net::Poller::Trigger::level)) return pause();
  state_ = state_ == State::paused ? State::retrying : State::accepting;
}

void Acceptor::on_ready(Ready /*ready*/) {
  // Another process that has this socket can clear O_NONBLOCK: systemd does so at each ExecReload of a unit
  // with StandardInput=socket. accept would then block the loop until the next connection.
  ::fcntl(listening_, F_SETFL, O_NONBLOCK);
  for (int i = 0; is_accepting() && i < accepts_per_turn; ++i) {
    base::UniqueFd socket(::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      if (std::exchange(state_, State::accepting) == State::retrying) logger_.info("accept resumed");
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
        return pause();
      default:
        break;  // concerns this peer alone: it left before it was accepted
    }
  }
}

void Acceptor::add_connection(base::UniqueFd socket) {
  metrics_.accepted.add();
  if (context_.totals.pending >= settings_.pending_max) {
    metrics_.limits.count(metrics::Limit::pending);
    return metrics_.count(Refusal::full);
  }
  auto* connection =
      new Connection(context_, std::move(socket));  // owned by the list; deleted in run_scheduled()
  connections_.push_back(*connection);
}

// Of several pauses without a connection between them only the first is logged.
void Acceptor::pause() {
  const bool first = state_ == State::stopped || state_ == State::accepting;
  if (first) logger_.warn("accept paused: error=\"{}\"", std::generic_category().message(errno));
  metrics_.accept_pauses.add();
  stop();
  state_ = State::paused;
  resume_.arm_in(accept_pause);
}

void Acceptor::stop() {
  if (is_accepting()) loop_.poller().remove(listening_, *this);
  state_ = State::stopped;
  resume_.cancel();
}

void Acceptor::drain(std::chrono::milliseconds window, Retry retry, std::function<void()> done) {
  loop_.assert_on_thread();
  stop();
  settling_.cancel();
  on_drained_ = std::move(done);
  for (auto& connection : connections_) {
    connection.drain_in(random_.between(std::chrono::milliseconds(0), window),
                        random_.between(retry.least, retry.most));
  }
  drain_end_.arm_in(window + drain_grace);
  post_scheduled();  // calls `done` also if there is no connection
}

// --- a takeover ---

void Acceptor::settle(std::chrono::milliseconds window, Retry retry, std::function<bool()> others_settled,
                      std::function<void()> done) {
  loop_.assert_on_thread();
  stop();
  others_settled_ = std::move(others_settled);
  on_settled_ = std::move(done);
  settled_by_ = loop_.timers().now() + 2 * window;
  for (auto& connection : connections_) {
    connection.settle_in(random_.between(std::chrono::milliseconds(0), window),
                         random_.between(retry.least, retry.most));
  }
  settling_.arm_in(std::chrono::milliseconds(0));
}

void Acceptor::check_settled() {
  const bool settled = others_settled_() && std::all_of(connections_.begin(), connections_.end(),
                                                        [](const auto& each) { return each.is_settled(); });
  if (settled || loop_.timers().now() >= settled_by_) return std::exchange(on_settled_, nullptr)();
  settling_.arm_in(settle_check);
}

void Acceptor::carry(const std::function<void(const CarriedConnection&, int)>& take) const {
  for (const auto& connection : connections_) {
    if (const auto carried = connection.carry()) take(*carried, connection.descriptor());
  }
}

void Acceptor::continue_with(base::UniqueFd socket, const CarriedConnection& carried,
                             const std::function<void(http::Exchange&, const http::CarriedSource&)>& begin) {
  auto* connection = new Connection(context_, std::move(socket), carried);  // owned by the list, as above
  connections_.push_back(*connection);
  if (carried.source) begin(*connection, *carried.source);
}

// --- between turns ---

void Acceptor::schedule_after_turn(Connection& connection) {
  if (std::exchange(connection.scheduled, true)) return;
  scheduled_.push_back(&connection);
  post_scheduled();
}

void Acceptor::post_scheduled() {
  if (!std::exchange(posted_, true)) loop_.post([this] { run_scheduled(); });
}

void Acceptor::run_scheduled() {
  posted_ = false;
  while (!scheduled_.empty() && !loop_.turn_is_over()) {
    auto* connection = scheduled_.front();
    scheduled_.pop_front();
    connection->scheduled = false;
    connection->after_turn();
    if (!connection->closed() || connection->scheduled) continue;
    connections_.erase_and_dispose(connections_.iterator_to(*connection),
                                   [](Connection* closed) { delete closed; });
  }
  if (!scheduled_.empty()) post_scheduled();
  if (connections_.empty() && on_drained_) std::exchange(on_drained_, nullptr)();
}

}  // namespace worker::fcgi
