#include "net/loop.hpp"

#include <unistd.h>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <system_error>

namespace worker::net {
namespace {

// The descriptor that Asio owns and closes; the epoll set itself stays the poller's.
int duplicate(int fd) {
  const int copy = ::dup(fd);
  if (copy < 0) throw std::system_error(errno, std::generic_category(), "dup");
  return copy;
}

}  // namespace

Loop::Loop(const base::Clock& clock)
    : poller_(thread_),
      sockets_(context_, duplicate(poller_.descriptor())),
      timers_(clock, thread_),
      alarm_(context_),
      signals_(context_) {
  timers_.on_earlier([this] { set_alarm(); });
}

void Loop::run() {
  const LoopThread::Scope here(thread_);
  watch_sockets();
  context_.run();
}

void Loop::run_ready() {
  take_turn([this] { timers_.fire_due(); });
  take_turn([this] { poller_.dispatch(timers_.turn()); });
  context_.restart();
  context_.poll();
}

void Loop::stop() {
  assert_on_thread();
  context_.stop();
}

void Loop::post(std::function<void()> task) {
  boost::asio::post(context_, [this, task = std::move(task)] { take_turn(task); });
}

void Loop::watch_sockets() {
  sockets_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                      [this](boost::system::error_code error) {
                        if (error) return;
                        // One batch per turn: timers and posted tasks get their turn in between, however busy
                        // the sockets are.
                        dispatch_sockets();
                      });
}

void Loop::dispatch_sockets() {
  bool more = false;
  take_turn([&] { more = poller_.dispatch(timers_.turn()); });
  if (!more) return watch_sockets();
  boost::asio::post(context_, [this] { dispatch_sockets(); });
}

void Loop::set_alarm() {
  const auto next = timers_.next();
  if (!next || *next >= alarm_at_) return;
  alarm_at_ = *next;
  alarm_.expires_at(alarm_at_);
  alarm_.async_wait([this](boost::system::error_code error) {
    if (error) return;  // replaced by an earlier alarm
    alarm_at_ = base::Instant::max();
    take_turn([this] { timers_.fire_due(); });
    set_alarm();
  });
}

void Loop::on_signals(std::initializer_list<int> signals, std::function<void(int)> handler) {
  on_signal_ = std::move(handler);
  for (const int signal : signals) signals_.add(signal);
  wait_for_signal();
}

void Loop::wait_for_signal() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    take_turn([this, signal] { on_signal_(signal); });
    wait_for_signal();
  });
}

}  // namespace worker::net
