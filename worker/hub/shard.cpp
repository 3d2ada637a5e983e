#include "hub/shard.hpp"

#include <algorithm>
#include <utility>

#include "sse/frame.hpp"

namespace worker::hub {
namespace {

// Slices of history a reader is given before others have their turn.
constexpr int slices_per_turn = 4;
// What a reader gets who takes one delivery only: nothing is kept for it while it takes that.
constexpr std::size_t single_batch_bytes = 131'072;
// Readers who get some in one turn of the loop.
constexpr int readers_per_turn = 32;
constexpr std::size_t news_per_read = 4096;
constexpr std::chrono::milliseconds beat_interval_max{1'000};

// As many of `entries` as have `bytes_max` bytes together, or the first one.
std::span<const journal::EntryPtr> first_batch(std::span<const journal::EntryPtr> entries,
                                               std::size_t bytes_max) {
  std::size_t count = 1;
  auto bytes = entries.front()->frame.size();
  while (count < entries.size() && (bytes += entries[count]->frame.size()) <= bytes_max) ++count;
  return entries.first(count);
}

}  // namespace

Reader::~Reader() {
  if (shard_ != nullptr) shard_->leave(*this);
}

const journal::Selection& Reader::selection() const { return cohort_->selection; }

Shard::Shard(net::Loop& loop, journal::Journal& journal, const Settings& settings, Metrics& metrics,
             Framing framing)
    : loop_(loop),
      journal_(journal),
      metrics_(metrics),
      framer_(std::move(framing)),
      slices_(journal, framer_),
      flush_timer_(loop.timers(), [this] { schedule_flush(); }),
      beat_timer_(loop.timers(), [this] { beat(); }) {
  update(settings);
  journal_.follow(follower_, [this] {
    if (!news_waiting_.exchange(true)) loop_.post([this] { take_news(); });
  });
}

void Shard::update(const Settings& settings) {
  settings_ = settings;
  conflation_ = Conflation(settings_.conflate);
  beat_timer_.arm_in(beat_interval());
}

// --- who reads ---

void Shard::subscribe(Reader& reader, const journal::Selection& selection, journal::Sequence after,
                      journal::Evictions accounted, base::ByteBudget::Share share) {
  take_news();
  auto& cohort = cohort_for(selection, std::move(share));
  cohort.closed_at = journal_.closed_at(selection);
  reader.accounted_ = accounted;
  reader.shard_ = this;
  reader.cohort_ = &cohort;
  metrics_.readers.add(1);
  if (reader.heartbeats_ == Reader::Heartbeats::events && cohort.event_heartbeats++ == 0)
    cohort.last_event_heartbeat = loop_.timers().now();
  cohort.join_behind(reader, after, false);
  // One slice: what is sent in the turn of the request is gathered, and does not ask whether the socket is
  // full.
  catch_up(reader, 1);
}

Cohort& Shard::cohort_for(const journal::Selection& selection, base::ByteBudget::Share share) {
  const auto place = cohorts_.try_emplace(selection).first;
  auto& cohort = place->second;
  if (cohort) return *cohort;
  cohort = std::make_unique<Cohort>(place->first);
  cohort->share = std::move(share);
  cohort->last_sent = loop_.timers().now();
  cohort->cursor_sent = follower_.at;
  routes_.add(*cohort, selection);
  metrics_.cohorts.add(1);
  return *cohort;
}

void Shard::leave(Reader& reader) {
  auto& cohort = *reader.cohort_;
  cohort.leave(reader);
  pace_.forget(reader);
  metrics_.readers.add(-1);
  if (cohort.empty()) remove(cohort);
}

void Shard::remove(Cohort& cohort) {
  routes_.remove(cohort, cohort.selection);
  std::erase(pending_, &cohort);
  slices_.forget(cohort);
  metrics_.cohorts.add(-1);
  cohorts_.erase(cohorts_.find(cohort.selection));
}

// --- from the journal to the cohorts ---

void Shard::take_news() {
  news_waiting_ = false;
  take_loss();
  for (;;) {
    const auto news = journal_.read_all(follower_.at, news_per_read);
    if (news.empty()) break;
    for (const auto& entry : news) route(entry);
    follower_.at = news.back()->sequence;
  }
  schedule_flush();
}

// Whoever is live is behind then: catching up tells it of what was lost.
void Shard::take_loss() {
  const auto lost = journal_.lost_through();
  if (lost <= follower_.at) return;
  if (!pending_.empty()) flush();
  for (auto& [selection, cohort] : cohorts_) {
    while (!cohort->live.empty()) cohort->join_behind(cohort->live.front(), follower_.at, false);
    cohort->closed_at = journal_.closed_at(selection);
  }
  follower_.at = lost;
  slices_.forget_all();
  for (auto& [selection, cohort] : cohorts_) serve_behind(*cohort);
}

void Shard::route(const journal::EntryPtr& entry) {
  for (const auto& topic : entry->topics) {
    routes_.each(topic, [&](Cohort& cohort) { offer(cohort, entry); });
  }
}

void Shard::offer(Cohort& cohort, const journal::EntryPtr& entry) {
  // Once, also where several of its topics match.
  if (!cohort.pending.empty() && cohort.pending.back() == entry) return;
  if (cohort.pending.empty()) pending_.push_back(&cohort);
  cohort.pending.push_back(entry);
  if (!cohort.conflates) cohort.conflates = conflation_.applies_to(*entry, cohort.selection);
}

// --- flushing ---

void Shard::schedule_flush() {
  if (flush_timer_.armed() || pending_.empty()) return;
  const auto now = loop_.timers().now();
  const auto next = pace_.next(now);
  if (next <= now) return flush();
  flush_timer_.arm(next);
}

void Shard::flush() {
  pace_.begin(loop_.timers().now());
  const bool crowded =
      std::ranges::any_of(pending_, [](const auto* each) { return each->pending.size() > 1; });
  for (auto* cohort : std::exchange(pending_, {})) flush(*cohort);
  pace_.end(settings_, crowded);
  metrics_.flushes.add();
}

void Shard::flush(Cohort& cohort) {
  const auto entries = std::exchange(cohort.pending, {});
  metrics_.events_per_flush.observe(entries.size());
  for (std::span<const journal::EntryPtr> rest = entries; !rest.empty();) {
    const auto batch = first_batch(rest, batch_bytes());
    deliver(cohort, batch);
    rest = rest.subspan(batch.size());
  }
  if (cohort.conflates && cohort.slow_readers > 0) {
    for (const auto& entry : entries) conflation_.note(*entry);
  }
  cohort.last_sent = loop_.timers().now();
  cohort.cursor_sent = entries.back()->sequence;
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry->closes; })) {
    cohort.closed_at = journal_.closed_at(cohort.selection);
  }
  if (cohort.at_its_end(follower_.at)) {
    for (auto& reader : cohort.live) reader.end();
  }
  serve_behind(cohort);
}

void Shard::deliver(Cohort& cohort, std::span<const journal::EntryPtr> entries) {
  if (cohort.live.empty()) return;
  const auto wire = framer_.framed(entries);
  const Batch batch{entries, wire};
  std::size_t readers = 0;
  for (auto next = cohort.live.begin(); next != cohort.live.end();) {
    auto& reader = *next++;
    reader.deliver(batch);
    pace_.sent_to(reader);
    ++readers;
    if (!reader.ready()) cohort.join_behind(reader, entries.back()->sequence, true);
  }
  metrics_.delivered_events.add(readers * entries.size());
  metrics_.delivered_bytes.add(readers * wire->size());
}

// --- readers who are not live ---

// Those who may be up to date now, but found a flush pending. The others come by themselves: when their
// socket has drained, or when it is their turn.
void Shard::serve_behind(Cohort& cohort) {
  for (auto next = cohort.behind.begin(); next != cohort.behind.end();) {
    auto& reader = *next++;
    if (!reader.turn_hook_.is_linked()) catch_up(reader, slices_per_turn);
  }
}

void Shard::on_drained(Reader& reader) {
  if (reader.behind_) catch_up(reader, slices_per_turn);
}

void Shard::catch_up(Reader& reader, int slices_max) {
  for (int slices = 0; slices < slices_max; ++slices) {
    if (!reader.ready() || settle(reader)) return;
    send_slice(reader);
  }
  if (reader.ready() && !settle(reader)) wait_for_turn(reader);
}

void Shard::wait_for_turn(Reader& reader) {
  reader.turn_hook_.unlink();
  hungry_.push_back(reader);
  if (!std::exchange(turn_posted_, true)) loop_.post([this] { serve_hungry(); });
}

void Shard::serve_hungry() {
  turn_posted_ = false;
  Hungry turn;
  turn.swap(hungry_);
  for (int served = 0; !turn.empty() && served < readers_per_turn; ++served) {
    auto& reader = turn.front();
    turn.pop_front();
    catch_up(reader, slices_per_turn);
  }
  // The rest comes first in the next turn.
  hungry_.splice(hungry_.begin(), turn);
  if (!hungry_.empty() && !std::exchange(turn_posted_, true)) loop_.post([this] { serve_hungry(); });
}

// Makes a reader live, or ends it, where there is nothing left to replay. False where there is.
bool Shard::settle(Reader& reader) {
  auto& cohort = *reader.cohort_;
  if (reader.at_ < cohort.place(follower_.at)) return false;
  // Where a flush is pending, serve_behind() comes back after it.
  if (!cohort.pending.empty()) return true;
  cohort.join_live(reader);
  if (cohort.at_its_end(follower_.at)) reader.end();
  return true;
}

void Shard::send_slice(Reader& reader) {
  auto& cohort = *reader.cohort_;
  const bool conflates = cohort.conflates && reader.slow_;
  const auto slice = slices_.next({.cohort = cohort,
                                   .after = reader.at_,
                                   .until = cohort.place(follower_.at),
                                   .bytes_max = reader.takes_once() ? single_batch_bytes : batch_bytes(),
                                   .conflation = conflates ? &conflation_ : nullptr},
                                  reader.accounted_);
  if (slice->evicted_through > reader.at_) {
    const auto next = slice->entries.empty() ? slice->through : slice->entries.front()->sequence - 1;
    metrics_.gaps.add();
    reader.gap(slice->why, reader.at_, std::min(slice->evicted_through, next));
  }
  reader.at_ = slice->through;
  metrics_.conflated_events.add(slice->conflated);
  if (slice->entries.empty()) return;
  reader.deliver({slice->entries, slice->wire});
  metrics_.replayed_events.add(slice->entries.size());
  metrics_.delivered_events.add(slice->entries.size());
  metrics_.delivered_bytes.add(slice->wire->size());
}

// --- heartbeats ---

std::chrono::milliseconds Shard::beat_interval() const {
  return std::min<std::chrono::milliseconds>(settings_.heartbeat, beat_interval_max);
}

void Shard::beat() {
  journal_.expire();
  take_news();
  std::size_t slow = 0;
  for (auto& [selection, cohort] : cohorts_) {
    beat(*cohort);
    slow += cohort->slow_readers;
  }
  if (slow == 0) conflation_.forget();
  if (hungry_.empty()) slices_.forget_all();
  beat_timer_.arm_in(beat_interval());
}

void Shard::beat(Cohort& cohort) {
  if (cohort.live.empty()) return;
  const auto now = loop_.timers().now();
  const bool silent = cohort.pending.empty() && now - cohort.last_sent >= settings_.heartbeat;
  // The next beat would be too late.
  const bool due = cohort.event_heartbeats > 0 &&
                   now + beat_interval() > cohort.last_event_heartbeat + settings_.heartbeat;
  if (!silent && !due) return;
  base::Bytes quiet, event;
  for (auto next = cohort.live.begin(); next != cohort.live.end();) {
    auto& reader = *next++;
    const bool by_event = reader.heartbeats_ == Reader::Heartbeats::events;
    if (!(by_event ? due : silent)) continue;
    auto& wire = by_event ? event : quiet;
    if (!wire) wire = by_event ? event_heartbeat(cohort) : quiet_heartbeat(cohort);
    reader.heartbeat(wire);
    if (!reader.ready()) cohort.join_behind(reader, cohort.place(follower_.at), true);
  }
  if (silent) cohort.last_sent = now;
  if (due) cohort.last_event_heartbeat = now;
}

base::Bytes Shard::quiet_heartbeat(Cohort& cohort) const {
  std::string payload;
  if (cohort.cursor_sent != follower_.at) {
    cohort.cursor_sent = follower_.at;
    sse::append_cursor(payload, journal_.id_of(follower_.at));
  } else {
    sse::append_comment(payload, {});
  }
  return framer_.framed(payload);
}

base::Bytes Shard::event_heartbeat(const Cohort& cohort) const {
  std::string payload;
  sse::append_heartbeat(payload, journal_.id_of(cohort.place(follower_.at)), settings_.heartbeat);
  return framer_.framed(payload);
}

}  // namespace worker::hub
