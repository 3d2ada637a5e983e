#include "net/signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <system_error>

namespace worker::net {
namespace {

// For the signal handler; -1 while there are no Signals.
std::atomic<int> signal_pipe = -1;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void note_signal(int signal) {
  const int before = errno;
  const auto number = static_cast<unsigned char>(signal);
  // A full pipe has 65,536 signals that were not handled yet; one more says nothing new.
  [[maybe_unused]] const auto written = ::write(signal_pipe.load(), &number, sizeof number);
  errno = before;
}

}  // namespace

// A handler and a pipe instead of signalfd: that one needs the signals blocked in every thread, also in those
// that libraries start.
Signals::Signals(Poller& poller, std::initializer_list<int> signals, std::function<void(int)> handler)
    : poller_(poller), handler_(std::move(handler)) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  read_end_.reset(ends[0]);
  write_end_.reset(ends[1]);
  if (!poller_.add(read_end_.get(), *this, Poller::Trigger::level))
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  [[maybe_unused]] const int other = signal_pipe.exchange(write_end_.get());
  assert(other == -1);
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  ::sigfillset(&action.sa_mask);
  for (const int signal : signals) {
    struct sigaction old {};
    ::sigaction(signal, &action, &old);
    before_.emplace_back(signal, old);
  }
}

Signals::~Signals() {
  for (const auto& [signal, action] : before_) ::sigaction(signal, &action, nullptr);
  signal_pipe = -1;
  poller_.remove(read_end_.get(), *this);
}

void Signals::handle_all() {
  unsigned char signal = 0;
  while (::read(read_end_.get(), &signal, sizeof signal) == 1) handler_(signal);
}

// One at a time: each is a reason of its own, and the next one may find the loop stopped.
void Signals::on_ready(Ready /*ready*/) {
  unsigned char signal = 0;
  if (::read(read_end_.get(), &signal, sizeof signal) == 1) handler_(signal);
}

}  // namespace worker::net
