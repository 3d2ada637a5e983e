#include "store/redis/readback_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace worker::store {

void ReadbackQueue::add(std::vector<PendingAppend>& appends, std::vector<Kept> results, RedisPosition last,
                        Time now) {
  std::size_t freed = 0;
  {
    const std::lock_guard lock(mutex_);
    auto next = results.begin();
    for (auto& append : appends) {
      const auto end = next + static_cast<std::ptrdiff_t>(append.drafts.size());
      Append waiting{
          last, now + timeout, {std::move_iterator(next), std::move_iterator(end)}, std::move(append.done)};
      waiting.bytes = std::min(append.bytes, pending_bytes(waiting.results));
      freed += append.bytes - waiting.bytes;
      waiting_.push_back(std::move(waiting));
      next = end;
    }
  }
  appends_.release(freed);
}

void ReadbackQueue::set_position(RedisPosition position) {
  const std::lock_guard lock(mutex_);
  position_ = position;
  moved_.notify_all();
}

bool ReadbackQueue::wait(RedisPosition last, std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, longest, [&] { return has_reached(last); });
}

void ReadbackQueue::complete(Time now) {
  complete_if([&](const Append& append) { return has_reached(append.last) || now >= append.due; });
}

void ReadbackQueue::complete_all() {
  complete_if([](const Append&) { return true; });
}

bool ReadbackQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

// Answers without the lock: an answer may append again.
template <class IsRipe>
void ReadbackQueue::complete_if(const IsRipe& is_ripe) {
  std::vector<Append> ripe;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiting_, [&](Append& append) {
      if (!is_ripe(append)) return false;
      ripe.push_back(std::move(append));
      return true;
    });
  }
  std::size_t bytes = 0;
  for (auto& append : ripe) {
    append.done(std::move(append.results));
    bytes += append.bytes;
  }
  if (bytes > 0) appends_.release(bytes);
}

}  // namespace worker::store
