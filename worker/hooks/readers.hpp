// Readers: who reads topics that hooks tell of, in this process, and what of it waits for the receiver. Owned
// by main; outlives the reactors and all stays. Usable from every thread: one lock, taken when a stream
// begins or ends. One thread, that of the Notifier, takes deliveries.
//
// Topics are in TopicStates, where only the newest state counts. The events `opened` and `closed` wait in a
// queue of Settings::queue_bytes_max; what it cannot take is counted as lost, which the next delivery says.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "hooks/delivery.hpp"
#include "hooks/metrics.hpp"
#include "hooks/settings.hpp"
#include "hooks/topic_states.hpp"
#include "log/selectors.hpp"

namespace worker::hooks {

class Readers {
 public:
  enum class Kind { stream, poll };

  /// A stream or long poll reads its topics while it has this.
  class Stay {
   public:
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
    ~Stay() { readers_.leave(*this); }

   private:
    friend class Readers;
    explicit Stay(Readers& readers) : readers_(readers) {}

    Readers& readers_;
    std::vector<TopicStates::Place> places_;
    std::string closed_{};  // what its event `closed` says; empty for none
  };

  /// `worker`: the name of this worker; `instance`: of this process, in ids.
  Readers(const Settings& settings, std::string worker, std::string instance, const base::Clock& clock,
          Metrics& metrics, std::size_t leaving_max = TopicStates::default_leaving_max);
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  /// Takes over all but `url`, `topics` and `events`, which do not change while streams are open.
  void update(const Settings& settings);
  bool enabled() const { return enabled_; }

  /// Those of the names, patterns and templates that hooks tell of. A pattern is among them where it matches
  /// a topic that hooks tell of, and a template where it may; reserved topics are not.
  std::vector<std::string> covered(const log::Selectors& asked) const;
  /// The memory that a stay takes.
  static std::size_t bytes(const std::vector<std::string>& topics, std::string_view subject);
  /// `topics` are covered. `subject` is empty for a stream without one.
  [[nodiscard]] std::unique_ptr<Stay> enter(const std::vector<std::string>& topics, std::string_view subject,
                                            Kind kind);

  /// When there is something to deliver, having waited for more; none: nothing waits.
  std::optional<base::Instant> due() const;
  /// What is due. Unless `even_empty`, none where that is nothing. It is to be settled or given up before the
  /// next call.
  std::optional<Delivery> take(bool even_empty);
  /// The last delivery: nobody reads any more.
  Delivery take_stopped();
  /// The receiver has it. `forgot`: it knows nothing else of this worker, and has to be told everything.
  void settle(const Delivery& delivery, bool forgot);
  /// It is not known what the receiver has: everything is to be told anew.
  void give_up(const Delivery& delivery);

  /// Waits until `until`, until something is due earlier than that, or for interrupt(). None: for ever.
  void wait_for_more(std::optional<base::Instant> until);
  /// Waits until `until`, or for interrupt().
  void wait_until(base::Instant until);
  void interrupt();

  /// Topics with readers, and changes and events that wait.
  struct Totals {
    std::size_t topics = 0;
    std::size_t waiting = 0;
  };
  Totals totals() const;

 private:
  void leave(Stay& stay);
  void queue_event(std::string event);
  void forget_all(ResetReason reason);
  std::optional<base::Instant> first_due() const;
  std::optional<base::Instant> batch_due() const;
  void notify();
  Delivery made(Content content);

  const bool enabled_;
  const log::Selectors topics_;
  const EventKinds kinds_;
  const std::string worker_;
  const std::string instance_;
  const base::Clock& clock_;
  Metrics& metrics_;
  std::uint64_t deliveries_ = 0;  // of the thread that takes them
  std::atomic<std::uint64_t> streams_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  Settings settings_;
  TopicStates states_;
  std::optional<ResetReason> reset_ = ResetReason::started;
  base::Instant reset_since_;
  struct Event {
    base::Instant since;
    std::string text;
  };
  std::deque<Event> events_;
  std::size_t events_bytes_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<base::Instant> waited_for_{};  // by wait_for_more()
  bool interrupted_ = false;
};

}  // namespace worker::hooks
