// EventLog: a log with its store, for tests that append to the one and read the other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/log.hpp"
#include "store/memory/memory_store.hpp"

namespace worker::support {

class EventLog {
 public:
  using Writers = log::Log::Writers;

  /// Without a store; `make` gives it one, of the log that it gets.
  EventLog(const log::Settings& settings, std::string epoch, const base::Clock& clock,
           Writers writers = Writers::one)
      : log_(settings, std::move(epoch), clock, writers) {}
  template <class Make>
  void with(const Make& make) {
    store_ = make(log_);
  }

  log::Log& log() { return log_; }
  const log::Log& log() const { return log_; }
  store::Store& store() { return *store_; }
  const store::Store& store() const { return *store_; }

  // Of the store.
  void append(std::vector<log::Draft> drafts, store::Done done) {
    store_->append(std::move(drafts), std::move(done));
  }
  std::optional<std::string> unavailable_reason() const { return store_->unavailable_reason(); }
  store::Backlog backlog() const { return store_->backlog(); }
  bool reconfigure(const store::StorageSettings& storage) { return store_->reconfigure(storage); }
  void close() { store_->close(); }

  // Of the log.
  template <class Of>
  std::string id_of(const Of& of) const {
    return log_.id_of(of);
  }
  log::ResumePoint resume(const log::Subscription& subscription,
                          const std::optional<std::string>& cursor) const {
    return log_.resume(subscription, cursor);
  }
  log::Slice read(const log::Subscription& subscription, log::Sequence after, log::Sequence until,
                  std::size_t bytes_max, log::EvictionCount evictions_seen) const {
    return log_.read(subscription, after, until, bytes_max, evictions_seen);
  }
  std::vector<log::EntryPtr> read_all(log::Sequence after, std::size_t count_max) const {
    return log_.read_all(after, count_max);
  }
  log::Sequence closed_at(const log::Subscription& subscription) const {
    return log_.closed_at(subscription);
  }
  bool closed(const log::Subscription& subscription) const { return log_.closed(subscription); }
  log::Sequence last() const { return log_.last(); }
  log::Sequence lost_through() const { return log_.lost_through(); }
  void follow(log::Follower& follower, std::function<void()> news) { log_.follow(follower, std::move(news)); }
  bool expire() { return log_.expire(); }
  void update(const log::Settings& settings) { log_.update(settings); }
  bool ready() const { return log_.ready(); }
  log::LogStats stats() const { return log_.stats(); }

 private:
  log::Log log_;
  std::unique_ptr<store::Store> store_;
};

/// In memory.
class MemoryLog : public EventLog {
 public:
  MemoryLog(const log::Settings& settings, std::string epoch, const base::Clock& clock,
            Writers writers = Writers::one)
      : EventLog(settings, std::move(epoch), clock, writers) {
    with([](log::Log& log) { return std::make_unique<store::MemoryStore>(log); });
  }
};

}  // namespace worker::support
