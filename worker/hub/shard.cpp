#include "hub/shard.hpp"

#include <algorithm>
#include <utility>

#include "sse/frame.hpp"

namespace worker::hub {
namespace {

// What one delivery may hold: more would tie up memory for readers who stop taking in the middle of it.
constexpr std::size_t batch_bytes = 65'536;
// Slices of history a reader is given before others have their turn.
constexpr int slices_per_turn = 4;
constexpr std::size_t news_per_read = 4096;
constexpr std::chrono::milliseconds beat_interval_max{1'000};

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
      framing_(std::move(framing)),
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
  beat_timer_.arm_in(std::min<std::chrono::milliseconds>(settings_.heartbeat, beat_interval_max));
}

// --- who reads ---

void Shard::subscribe(Reader& reader, const journal::Selection& selection, journal::Sequence after,
                      journal::Evictions accounted) {
  take_news();
  auto& cohort = cohort_for(selection);
  cohort.closed_at = journal_.closed_at(selection);
  reader.accounted_ = accounted;
  reader.shard_ = this;
  reader.cohort_ = &cohort;
  metrics_.readers.add(1);
  cohort.join_behind(reader, after, false);
  catch_up(reader);
}

Cohort& Shard::cohort_for(const journal::Selection& selection) {
  auto& cohort = cohorts_[selection];
  if (cohort) return *cohort;
  cohort = std::make_unique<Cohort>(selection);
  cohort->last_sent = loop_.timers().now();
  cohort->cursor_sent = follower_.at;
  routes_.add(*cohort, selection);
  metrics_.cohorts.add(1);
  return *cohort;
}

void Shard::leave(Reader& reader) {
  auto& cohort = *reader.cohort_;
  reader.hook_.unlink();
  pace_.forget(reader);
  metrics_.readers.add(-1);
  if (cohort.empty()) remove(cohort);
}

void Shard::remove(Cohort& cohort) {
  routes_.remove(cohort, cohort.selection);
  std::erase(pending_, &cohort);
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
  if (conflation_.applies_to(*entry, cohort.selection)) {
    cohort.conflates = true;
  } else {
    cohort.published_bytes += entry->frame.size();
  }
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
  for (std::size_t from = 0; from < entries.size();) {
    std::size_t to = from;
    for (std::size_t bytes = 0; to < entries.size() && bytes < batch_bytes; ++to)
      bytes += entries[to]->frame.size();
    deliver(cohort, std::span(entries).subspan(from, to - from));
    from = to;
  }
  cohort.last_sent = loop_.timers().now();
  cohort.cursor_sent = entries.back()->sequence;
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry->closes; })) {
    cohort.closed_at = journal_.closed_at(cohort.selection);
  }
  if (cohort.at_its_end(follower_.at)) {
    for (auto& reader : cohort.live) reader.end(Reader::Ending::closed);
  }
  serve_behind(cohort);
}

void Shard::deliver(Cohort& cohort, std::span<const journal::EntryPtr> entries) {
  if (cohort.live.empty()) return;
  const auto wire = framed(entries);
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

base::Bytes Shard::framed(std::span<const journal::EntryPtr> entries) const {
  if (entries.size() == 1) return framing_(entries.front()->frame);
  std::string payload;
  std::size_t size = 0;
  for (const auto& entry : entries) size += entry->frame.size();
  payload.reserve(size);
  for (const auto& entry : entries) payload += entry->frame;
  return framing_(payload);
}

// --- readers who are not live ---

void Shard::serve_behind(Cohort& cohort) {
  for (auto next = cohort.behind.begin(); next != cohort.behind.end();) {
    auto& reader = *next++;
    if (reader.ready()) {
      catch_up(reader);
    } else if (cohort.published_bytes - reader.mark_ > settings_.outbox_bytes_max) {
      metrics_.slow_closes.add();
      reader.end(Reader::Ending::slow);
      reader.mark_ = cohort.published_bytes;  // told once
    }
  }
}

void Shard::on_drained(Reader& reader) {
  if (!reader.behind_) return;
  reader.mark_ = reader.cohort_->published_bytes;
  catch_up(reader);
}

void Shard::on_progress(Reader& reader) { reader.mark_ = reader.cohort_->published_bytes; }

void Shard::catch_up(Reader& reader) {
  for (int slices = 0; slices < slices_per_turn; ++slices) {
    if (!reader.ready() || settle(reader)) return;
    send_slice(reader);
  }
  if (!reader.ready() || settle(reader)) return;
  reader.turn_hook_.unlink();
  if (hungry_.empty()) loop_.post([this] { serve_hungry(); });
  hungry_.push_back(reader);
}

void Shard::serve_hungry() {
  Hungry turn;
  turn.swap(hungry_);
  while (!turn.empty()) {
    auto& reader = turn.front();
    turn.pop_front();
    catch_up(reader);
  }
}

// Makes a reader live, or ends it, where there is nothing left to replay. False where there is.
bool Shard::settle(Reader& reader) {
  auto& cohort = *reader.cohort_;
  if (reader.at_ < cohort.place(follower_.at)) return false;
  // Where a flush is pending, serve_behind() comes back after it.
  if (!cohort.pending.empty()) return true;
  cohort.join_live(reader);
  if (cohort.at_its_end(follower_.at)) reader.end(Reader::Ending::closed);
  return true;
}

void Shard::send_slice(Reader& reader) {
  auto& cohort = *reader.cohort_;
  // What a slow reader may skip is known only when all of it is in view.
  const bool conflate = cohort.conflates && reader.slow_;
  auto slice = journal_.read(cohort.selection, reader.at_, cohort.place(follower_.at),
                             conflate ? std::string::npos : batch_bytes, reader.accounted_);
  if (slice.evicted_through > reader.at_) {
    const auto next = slice.entries.empty() ? slice.through : slice.entries.front()->sequence - 1;
    metrics_.gaps.add();
    reader.gap(slice.why, reader.at_, std::min(slice.evicted_through, next));
  }
  reader.at_ = slice.through;
  reader.accounted_ = slice.accounted;
  if (conflate) metrics_.conflated_events.add(conflation_.drop_superseded(slice.entries, cohort.selection));
  if (slice.entries.empty()) return;
  const auto wire = framed(slice.entries);
  reader.deliver({slice.entries, wire});
  // What it is behind is counted from here.
  reader.mark_ = cohort.published_bytes;
  metrics_.replayed_events.add(slice.entries.size());
  metrics_.delivered_events.add(slice.entries.size());
  metrics_.delivered_bytes.add(wire->size());
}

// --- heartbeats ---

void Shard::beat() {
  journal_.expire();
  take_news();
  for (auto& [selection, cohort] : cohorts_) {
    const bool silent = loop_.timers().now() - cohort->last_sent >= settings_.heartbeat;
    if (silent && cohort->pending.empty() && !cohort->live.empty()) beat(*cohort);
  }
  beat_timer_.arm_in(std::min<std::chrono::milliseconds>(settings_.heartbeat, beat_interval_max));
}

void Shard::beat(Cohort& cohort) {
  std::string payload;
  if (cohort.cursor_sent != follower_.at) {
    cohort.cursor_sent = follower_.at;
    sse::append_cursor(payload, journal_.id_of(follower_.at));
  } else {
    sse::append_comment(payload, {});
  }
  const auto wire = framing_(payload);
  for (auto next = cohort.live.begin(); next != cohort.live.end();) {
    auto& reader = *next++;
    reader.heartbeat(wire);
    if (!reader.ready()) cohort.join_behind(reader, follower_.at, true);
  }
  cohort.last_sent = loop_.timers().now();
}

}  // namespace worker::hub
