#include "app/presence_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "log/cursor.hpp"

namespace worker::app {
namespace {

// Topics and names of one message.
constexpr std::size_t changes_max = 1'000;
constexpr std::size_t bytes_per_read = 1'048'576;

log::Subscription subscription() {
  const auto topic = log::Selectors::parse({presence::state_topic}, std::string::npos).value();
  return log::Subscription(topic, topic);
}

}  // namespace

PresenceCluster::PresenceCluster(net::Loop& loop, log::Log& log, store::Store& store, Rosters rosters,
                                 presence::Metrics& metrics, base::Logger& logger, base::Random random)
    : loop_(loop),
      log_(log),
      store_(store),
      rosters_(rosters),
      metrics_(metrics),
      logger_(logger),
      random_(random),
      subscription_(subscription()),
      timer_(loop.timers(), [this] { on_time(); }),
      peers_(rosters.all),
      beat_due_(log.clock().now()),
      beat_sent_(beat_due_),
      fresh_at_(base::Instant::min()),
      settled_at_(base::Instant::max()) {
  rename();
  log_.follow(follower_, [] {});
  rosters_.all.mirror_to(rosters_.own);
  rosters_.all.follow([this] { return know_told(); });
  timer_.arm_in(interval);
}

// --- what this worker says ---

void PresenceCluster::on_time() {
  timer_.arm_in(interval);
  // Also where another worker tells: the grace times end here.
  rosters_.all.changes(0);
  std::optional<presence::StateMessage> message;
  Sending part, told;
  {
    const std::lock_guard lock(mutex_);
    read();
    if (waits_ || !log_.ready()) return;
    message = next_message();
    part = part_;
    told = told_;
  }
  if (!message) return;
  waits_ = true;
  std::vector<log::Draft> drafts;
  drafts.push_back(presence::draft_of(*message));
  store_.append(std::move(drafts), [this, message = std::move(*message), part, told](const auto& kept) {
    const bool stored = std::ranges::all_of(kept, [](const auto& each) { return each.has_value(); });
    if (loop_.on_thread()) return on_answer(stored, message, part, told);
    loop_.post([this, stored, message, part, told] { on_answer(stored, message, part, told); });
  });
}

std::optional<presence::StateMessage> PresenceCluster::next_message() {
  const auto now = log_.clock().now();
  presence::StateMessage message{.from = name_, .rank = rank_};
  const bool is_beat = now >= beat_due_;
  if (rank_ == 0) {
    if (!is_beat) return std::nullopt;
    message.joins = true;
    message.replaces = former_;
    part_.begin();
  }
  if (is_beat) {
    message.beat = ++beat_;
    beat_sent_ = now;
    beat_due_ = now + beat_interval;
    if (rank_ != 0 && rank_ < peers_.lowest_awake_rank()) message.ended = peers_.silent();
  }
  if (part_.is_due) {
    message.part_begins = part_.after.empty();
    message.part = rosters_.own.all_told(part_.after, changes_max);
    message.part_ends = part_.after.empty();
  } else {
    message.part = rosters_.own.changes(changes_max);
  }
  // While events are under way, it would say less than has been told when it is read.
  if (told_.is_due && is_first() && told_is_known_ && !tells_) {
    message.known = rosters_.all.all_told(told_.after, changes_max);
    message.known_ends = told_.after.empty();
  }
  if (message == presence::StateMessage{.from = name_, .rank = rank_}) return std::nullopt;
  return message;
}

void PresenceCluster::on_answer(bool stored, const presence::StateMessage& message, const Sending& part,
                                const Sending& told) {
  waits_ = false;
  const std::lock_guard lock(mutex_);
  if (!stored) metrics_.retries.add();
  read();
  const auto advance = [&](Sending& sending, const Sending& sent, bool ends) {
    // Another worker has joined meanwhile: it needs all.
    if (sending.generation != sent.generation) return;
    if (!stored) return sending.begin();
    sending.is_due = !ends;
  };
  if (part.is_due) advance(part_, part, message.part_ends);
  if (message.known_ends || !message.known.empty()) advance(told_, told, message.known_ends);
  // There may be more.
  if (part_.is_due || (told_.is_due && is_first())) timer_.arm_in(std::chrono::milliseconds(1));
}

bool PresenceCluster::tells() {
  const std::lock_guard lock(mutex_);
  read();
  const auto now = log_.clock().now();
  if (!is_first() || now < settled_at_ || now - fresh_at_ > fresh_max) return false;
  // No older worker has answered.
  told_is_known_ = true;
  return true;
}

log::Draft PresenceCluster::draft_of(const std::vector<presence::Change>& changes) {
  const std::lock_guard lock(mutex_);
  tells_ = true;
  return presence::draft_of({.from = name_, .rank = rank_, .told = changes});
}

void PresenceCluster::on_told() {
  const std::lock_guard lock(mutex_);
  tells_ = false;
  read();
}

void PresenceCluster::leave() {
  presence::StateMessage message;
  {
    const std::lock_guard lock(mutex_);
    if (rank_ == 0) return;
    message = {.from = name_, .rank = rank_, .leaves = true};
  }
  std::vector<log::Draft> drafts;
  drafts.push_back(presence::draft_of(message));
  store_.append(std::move(drafts), [](const auto&) {});
}

// --- what it reads ---

bool PresenceCluster::know_told() {
  const std::lock_guard lock(mutex_);
  read();
  return told_is_known_;
}

std::size_t PresenceCluster::workers() const {
  const std::lock_guard lock(mutex_);
  return rank_ != 0 && told_is_known_ ? peers_.size() + 1 : 0;
}

void PresenceCluster::read() {
  if (log_.lost_through() > follower_.at) {
    on_loss();
    follower_.at = log_.lost_through();
  }
  const auto last = log_.last();
  while (follower_.at < last) {
    const auto slice = log_.read(subscription_, follower_.at, last, bytes_per_read, 0);
    for (const auto& entry : slice.entries) {
      const auto number = log::Cursor::parse(log_.id_of(entry->sequence()));
      const auto message = presence::message_of(*entry);
      if (number && message) on_message(*message, number->sequence);
    }
    if (slice.through <= follower_.at) return;  // lost meanwhile
    follower_.at = slice.through;
  }
}

void PresenceCluster::on_message(const presence::StateMessage& message, std::uint64_t number) {
  const bool is_own = message.from == name_;
  if (!in_step_ && !(is_own && message.joins)) return;
  peers_.end(message.ended);
  if (is_own) {
    on_own(message, number);
  } else {
    on_other(message, number);
  }
  if (!message.told.empty()) rosters_.all.told(message.told);
}

void PresenceCluster::on_own(const presence::StateMessage& message, std::uint64_t number) {
  const auto now = log_.clock().now();
  if (message.joins) {
    rank_ = number;
    in_step_ = true;
    former_.clear();
    settled_at_ = now + settle_time;
  }
  if (message.beat == beat_ && message.beat != 0) {
    if (fresh_at_ == base::Instant::min() || beat_sent_ - fresh_at_ > fresh_max)
      settled_at_ = now + settle_time;
    fresh_at_ = beat_sent_;
    peers_.on_own_beat();
  }
  rosters_.own.told(message.part);
  for (const auto& change : message.part) {
    if (change.anew) rosters_.all.tell_anew(change.topic);
  }
}

void PresenceCluster::on_other(const presence::StateMessage& message, std::uint64_t number) {
  peers_.apply(message, number);
  if (message.joins) {
    part_.begin();
    told_.begin();
  }
  if (!told_is_known_) rosters_.all.told(message.known);
  if (message.known_ends) {
    told_is_known_ = true;
    told_.is_due = false;
  }
  if (std::ranges::find(message.ended, name_) != message.ended.end()) {
    logger_.warn("presence: the others took this worker for dead; it joins again");
    rename();
  }
}

// What is known of the others holds until they have announced it anew.
void PresenceCluster::on_loss() {
  if (rank_ != 0) former_ = name_;
  rename();
  in_step_ = false;
  told_is_known_ = false;
  peers_.on_loss();
  rosters_.all.forget_told();
}

void PresenceCluster::rename() {
  using Milliseconds = std::chrono::milliseconds;
  if (!name_.empty()) peers_.ignore(name_);
  name_ = fmt::format("{:016x}", random_.between(Milliseconds(1), Milliseconds::max()).count());
  rank_ = 0;
  beat_due_ = log_.clock().now();
}

bool PresenceCluster::is_first() const { return rank_ != 0 && rank_ < peers_.lowest_rank(); }

}  // namespace worker::app
