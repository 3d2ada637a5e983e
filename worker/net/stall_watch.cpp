#include "net/stall_watch.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <utility>

namespace worker::net {
namespace {

constexpr int checks_per_bound = 4;

}  // namespace

int unread_bytes(int socket) {
  int unread = 0;
  return ::ioctl(socket, SIOCOUTQ, &unread) == 0 ? unread : 0;
}

bool StallWatch::Watched::has_read() {
  const auto unread = unread_bytes(socket_);
  return unread < std::exchange(unread_, unread);
}

StallWatch::StallWatch(Timers& timers, std::chrono::milliseconds bound)
    : timers_(timers), bound_(bound), timer_(timers, [this] { check(); }) {}

void StallWatch::watch(Watched& watched) {
  watched.unread_ = unread_bytes(watched.socket_);
  watched.checked_at_ = watched.read_at_ = timers_.now();
  watched.hook_.unlink();
  list_.push_back(watched);
  if (!timer_.armed()) arm();
}

void StallWatch::set_bound(std::chrono::milliseconds bound) {
  bound_ = bound;
  if (!list_.empty()) arm();
}

base::Instant::duration StallWatch::between_checks() const {
  return std::chrono::duration_cast<base::Instant::duration>(bound_) / checks_per_bound;
}

void StallWatch::check() {
  const auto now = timers_.now();
  while (!list_.empty() && list_.front().checked_at_ + between_checks() <= now) {
    auto& watched = list_.front();
    list_.pop_front();
    if (watched.has_read()) watched.read_at_ = now;
    if (now - watched.read_at_ >= bound_) {
      const auto on_stall = watched.on_stall_;  // may destroy `watched`
      on_stall();
      continue;
    }
    watched.checked_at_ = now;
    list_.push_back(watched);
  }
  if (!list_.empty()) arm();
}

void StallWatch::arm() { timer_.arm(list_.front().checked_at_ + between_checks()); }

}  // namespace worker::net
