#include "store/append_queue.hpp"

#include <iterator>
#include <utility>

namespace worker::store {
namespace {

// The closure that answers, what it holds of the HTTP exchange, and the elements of the queues.
constexpr std::size_t append_bytes = 320;
// Bytes that an entry, or a command to Redis, takes beside the texts of its draft.
constexpr std::size_t draft_bytes = sizeof(log::Draft) + 192;
constexpr std::size_t topic_bytes = sizeof(std::string) + 24;

}  // namespace

std::size_t pending_bytes(const std::vector<log::Draft>& drafts) {
  std::size_t bytes = append_bytes;
  for (const auto& draft : drafts) {
    const auto& event = draft.event;
    bytes += draft_bytes + event.data.size() + event.id.size() + event.type.size() + draft.key.size();
    for (const auto& topic : draft.topics) bytes += topic_bytes + topic.size();
  }
  return bytes;
}

std::size_t pending_bytes(const std::vector<Kept>& results) {
  std::size_t bytes = append_bytes;
  for (const auto& result : results) bytes += sizeof(Kept) + (result ? result.value().size() : 0);
  return bytes;
}

void PendingAppend::refuse(Rejection why) {
  std::vector<Kept> results;
  results.reserve(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) results.emplace_back(base::failure(why));
  done(std::move(results));
}

void AppendQueue::push(std::vector<log::Draft> drafts, Done done, bool available) {
  const auto bytes = pending_bytes(drafts);
  PendingAppend append{std::move(drafts), std::move(done), bytes};
  std::size_t bytes_max = 0;
  {
    const std::lock_guard lock(log_.mutex());
    bytes_max = log_.history().retention().settings().waiting_bytes_max;
  }
  {
    const std::lock_guard lock(mutex_);
    available = available && !closed_;
    if (available && reserve(bytes, bytes_max)) {
      appends_.push_back(std::move(append));
      changed_.notify_one();
      return;
    }
  }
  append.refuse(available ? Rejection::full : Rejection::unavailable);
}

bool AppendQueue::reserve(std::size_t bytes, std::size_t bytes_max) {
  if (bytes_ > 0 && (bytes > bytes_max || bytes_ > bytes_max - bytes)) {
    ++refused_;
    return false;
  }
  bytes_ += bytes;
  return true;
}

Backlog AppendQueue::backlog() const {
  const std::lock_guard lock(mutex_);
  return {bytes_, refused_};
}

void AppendQueue::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

void AppendQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_one();
}

std::optional<std::vector<PendingAppend>> AppendQueue::take(std::optional<std::chrono::milliseconds> timeout,
                                                            std::size_t drafts_max) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return closed_ || woken_ || !appends_.empty(); };
  if (timeout) {
    changed_.wait_for(lock, *timeout, ready);
  } else {
    changed_.wait(lock, ready);
  }
  woken_ = false;
  if (closed_ && appends_.empty()) return std::nullopt;
  if (drafts_max == no_limit) return std::exchange(appends_, {});
  auto end = appends_.begin();
  for (std::size_t drafts = 0; end != appends_.end() && drafts < drafts_max; ++end)
    drafts += end->drafts.size();
  std::vector<PendingAppend> taken(std::move_iterator(appends_.begin()), std::move_iterator(end));
  appends_.erase(appends_.begin(), end);
  return taken;
}

void AppendQueue::release(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ -= bytes;
}

void AppendQueue::release(const std::vector<PendingAppend>& appends) {
  std::size_t bytes = 0;
  for (const auto& append : appends) bytes += append.bytes;
  release(bytes);
}

void AppendQueue::refuse(std::vector<PendingAppend>& appends, Rejection why) {
  for (auto& append : appends) append.refuse(why);
  release(appends);
}

}  // namespace worker::store
