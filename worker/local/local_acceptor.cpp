#include "local/local_acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "api/publish/answer_lines.hpp"

namespace worker::local {
namespace {

constexpr int accepts_per_turn = 16;
constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

LocalAcceptor::LocalAcceptor(net::Loop& loop, int listening, const api::PublishStreamContext& publish,
                             api::PublishPlaces& places, std::chrono::milliseconds stall,
                             base::Random& random)
    : loop_(loop),
      listening_(listening),
      places_(places),
      random_(random),
      stall_watch_(loop.timers(), stall),
      context_{.publish = publish,
               .stall_watch = stall_watch_,
               .on_closed = [this](LocalPublisher& publisher) { destroy_later(publisher); }},
      resume_(loop.timers(), [this] { start(); }) {}

LocalAcceptor::~LocalAcceptor() {
  stop();
  context_.on_closed = [](LocalPublisher&) {};
  publishers_.clear_and_dispose([](LocalPublisher* publisher) { delete publisher; });
}

void LocalAcceptor::start() {
  loop_.assert_on_thread();
  if (listening_ < 0) return;
  accepting_ = loop_.poller().add(listening_, *this, net::Poller::Trigger::level);
  if (!accepting_) resume_.arm_in(accept_pause);
}

void LocalAcceptor::stop() {
  loop_.assert_on_thread();
  if (std::exchange(accepting_, false)) loop_.poller().remove(listening_, *this);
  resume_.cancel();
}

void LocalAcceptor::on_ready(Ready /*ready*/) {
  for (int i = 0; accepting_ && i < accepts_per_turn; ++i) {
    base::UniqueFd socket(::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      add(std::move(socket));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      stop();
      resume_.arm_in(accept_pause);
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

void LocalAcceptor::add(base::UniqueFd socket) {
  const auto& settings = context_.publish.settings;
  auto place = places_.take(settings.streams_max);
  if (!place) {
    context_.publish.metrics.limits.count(metrics::Limit::publish_streams);
    std::string line;
    api::append_answer_line(line, "error", api::too_many_publish_streams(settings));
    ::send(socket.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return;
  }
  auto publisher = std::make_unique<LocalPublisher>(context_, std::move(socket), std::move(place));
  if (!publisher->begin()) return;
  publishers_.push_back(*publisher.release());  // owned by the list; deleted in destroy_later()
}

// A publisher may close itself while its stream calls it.
void LocalAcceptor::destroy_later(LocalPublisher& publisher) {
  loop_.post([this, &publisher] {
    publishers_.erase_and_dispose(publishers_.iterator_to(publisher),
                                  [](LocalPublisher* closed) { delete closed; });
    if (publishers_.empty() && on_drained_) std::exchange(on_drained_, nullptr)();
  });
}

void LocalAcceptor::drain(Retry retry, std::function<void()> done) {
  loop_.assert_on_thread();
  stop();
  if (publishers_.empty()) return done();
  on_drained_ = std::move(done);
  for (auto next = publishers_.begin(); next != publishers_.end();)
    (next++)->drain(random_.between(retry.least, retry.most));
}

}  // namespace worker::local
