#include "reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "connection.hpp"
#include "http2_stream.hpp"
#include "stamp.hpp"

namespace sse::bench {

namespace {

std::unique_ptr<Channel> make_channel(Poller& poller, Channel::Owner& owner, const Wish& wish) {
  if (wish.http2 != nullptr) return std::make_unique<Http2Stream>(*wish.http2, owner);
  return std::make_unique<Connection>(poller, owner, wish.protocol, wish.pause);
}

}  // namespace

Reader::Reader(Poller& poller, Tally& tally, Wish wish, Listener* listener)
    : tally_(tally),
      listener_(listener),
      wish_(std::move(wish)),
      channel_(make_channel(poller, *this, wish_)) {}

void Reader::open(const Target& target, const std::optional<in_addr>& source) {
  said_close_ = false;
  started_ = Clock::now();
  ++tally_.started;
  if (!tally_.first_start) tally_.first_start = started_;
  enter(State::opening);
  channel_->open(target, source);
}

Ask Reader::ask() { return {topic_query(wish_.topics, wish_.topics_as), inbox_.cursor}; }

void Reader::leave() {
  channel_->close();
  enter(State::ended);
}

void Reader::on_bytes(std::size_t count) {
  tally_.bytes += count;
  received_ = Clock::now();
}

void Reader::on_begin() {
  if (!wish_.topics.empty()) count_opened();
}

void Reader::on_frame(const Frame& frame) {
  if (frame.has_id) inbox_.cursor = frame.id;
  if (state_ == State::opening && frame.has_data) count_opened();
  if (!frame.retry.empty()) {
    std::chrono::milliseconds::rep retry = 0;
    std::from_chars(frame.retry.data(), frame.retry.data() + frame.retry.size(), retry);
    retry_ = std::chrono::milliseconds(retry);
  }
  if (!frame.has_data) return;
  ++tally_.events;
  if (frame.event == "close") {
    said_close_ = true;
  } else if (!wish_.topics.empty()) {
    take_published(frame);
  }
}

void Reader::take_published(const Frame& frame) {
  Deliveries& deliveries = tally_.deliveries;
  if (frame.event == "gap") {
    ++deliveries.gaps_told;
    return;
  }
  const auto stamp = read_stamp(frame.data);
  if (!stamp) {
    ++deliveries.foreign;
    return;
  }
  const auto arrival = inbox_.take(stamp->lane, stamp->number);
  if (arrival == Sequence::Arrival::repeated) {
    ++deliveries.repeated;
    return;
  }
  if (arrival == Sequence::Arrival::late) ++deliveries.reordered;
  ++deliveries.fresh;
  deliveries.latency.record(received_ - stamp->due);
  deliveries.last = received_;
  if (++taken_ == wish_.leave_after) leave();
}

void Reader::count_opened() {
  tally_.first_event.record(received_ - started_);
  tally_.last_first_event = received_;
  enter(State::live);
}

void Reader::on_end(Ending ending) {
  const bool complete = ending == Ending::completed && said_close_;
  if (complete) {
    ++tally_.ended_with_close;
  } else if (ending == Ending::completed && state_ == State::live) {
    ++tally_.ended_without_close;
  } else {
    ++tally_.errors[name_of(ending, channel_->status())];
  }
  enter(State::ended);
  if (!complete && listener_ != nullptr) listener_->on_broken(*this);
}

void Reader::enter(State state) noexcept {
  if (state_ == State::opening) --tally_.opening;
  if (state_ == State::live) --tally_.live;
  state_ = state;
  if (state_ == State::opening) ++tally_.opening;
  if (state_ == State::live) ++tally_.live;
  tally_.live_most = std::max(tally_.live_most, tally_.live);
}

}  // namespace sse::bench
