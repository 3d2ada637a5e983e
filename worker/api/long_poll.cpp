#include "api/long_poll.hpp"

#include <algorithm>
#include <iterator>

#include "http/query.hpp"
#include "sse/frame.hpp"

namespace worker::api {
LongPoll::LongPoll(http::Exchange& exchange, hub::Shard& shard, net::Timers& timers, StreamSlots::Slot slot,
                   std::string cursor)
    : exchange_(exchange),
      shard_(shard),
      slot_(std::move(slot)),
      timer_(timers, [this] { answer(false); }),
      cursor_(std::move(cursor)) {}

void LongPoll::set_address(std::string address, base::ByteBudget::Share share) {
  address_ = std::move(address);
  address_share_ = std::move(share);
}

void LongPoll::drain(std::chrono::milliseconds /*retry*/) { answer(false); }

void LongPoll::deliver(const hub::Batch& batch) {
  for (const auto& entry : batch.entries) {
    cursor_ = shard_.journal().id_of(*entry);
    const auto event = sse::parse_event(entry->frame);
    if (!event) continue;  // it only moves the cursor
    events_.push_back({{"id", cursor_},
                       {"event", event->type.empty() ? "message" : event->type},
                       {"data", event->data},
                       {"topics", asked_for(entry->topics)}});
  }
  const auto end = shard_.journal().closed_at(selection());
  answer(end != 0 && batch.entries.back()->sequence >= end);
}

std::vector<std::string> LongPoll::asked_for(const std::vector<std::string>& topics) const {
  std::vector<std::string> asked;
  std::ranges::copy_if(topics, std::back_inserter(asked),
                       [&](const auto& topic) { return selection().matches(topic); });
  return asked;
}

void LongPoll::gap(journal::GapReason reason, journal::Sequence before, journal::Sequence after) {
  const auto& journal = shard_.journal();
  gap_ = Gap{reason, journal.id_of(before), journal.id_of(after)}.json();
}

void LongPoll::answer(bool closed) {
  if (!exchange_.ready()) return;
  nlohmann::ordered_json body = {{"events", std::move(events_)}, {"lastEventId", cursor_}};
  const auto stream = address_ + "&lastEventId=" + http::percent_encoded(cursor_);
  if (!address_.empty() && stream.size() <= address_bytes_max) body["stream"] = stream;
  if (!gap_.is_null()) body["gap"] = std::move(gap_);
  if (closed) body["closed"] = true;
  if (!notice_.empty()) body["notice"] = notice_;
  const auto text = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  exchange_.answer(http::plain_response("application/json", text + "\n"));
}

}  // namespace worker::api
