#include "api/stream/long_poll.hpp"

#include <algorithm>
#include <iterator>

#include "api/request/quoted.hpp"
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

void LongPoll::set_address(std::string address, base::ByteBudget::Reservation share) {
  address_ = std::move(address);
  address_share_ = std::move(share);
}

void LongPoll::drain(std::chrono::milliseconds /*retry*/) { answer(false); }

void LongPoll::deliver(const hub::Batch& batch) {
  for (const auto& entry : batch.entries) {
    cursor_ = shard_.log().id_of(*entry);
    const auto event = sse::parse_event(entry->frame());
    if (!event) continue;  // it only moves the cursor
    events_ += events_.empty() ? "{\"id\":" : ",{\"id\":";
    append_json_string(events_, cursor_);
    events_ += ",\"event\":";
    append_json_string(events_, event->type.empty() ? "message" : event->type);
    events_ += ",\"data\":";
    append_json_string(events_, event->data);
    append_topics(entry->topics());
    events_ += '}';
  }
  const auto end = shard_.log().closed_at(subscription());
  answer(end != 0 && batch.entries.back()->sequence() >= end);
}

// The topics and patterns that the request asked for.
void LongPoll::append_topics(const log::Entry::Topics& topics) {
  events_ += ",\"topics\":[";
  std::string_view before;
  for (const auto topic : topics) {
    if (!subscription().matches(topic)) continue;
    events_ += std::exchange(before, ",");
    append_json_string(events_, topic);
  }
  events_ += ']';
}

void LongPoll::gap(log::GapReason reason, log::Sequence before, log::Sequence after) {
  const auto& log = shard_.log();
  gap_ = Gap{reason, log.id_of(before), log.id_of(after)}.json();
}

void LongPoll::answer(bool closed) {
  if (!exchange_.ready()) return;
  auto body = "{\"events\":[" + std::exchange(events_, {}) + "],\"lastEventId\":";
  append_json_string(body, cursor_);
  const auto stream = address_ + "&lastEventId=" + http::percent_encoded(cursor_);
  if (!address_.empty() && stream.size() <= address_bytes_max) {
    body += ",\"stream\":";
    append_json_string(body, stream);
  }
  if (!gap_.is_null())
    body += ",\"gap\":" + gap_.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (closed) body += ",\"closed\":true";
  if (!notice_.empty()) {
    body += ",\"notice\":";
    append_json_string(body, notice_);
  }
  exchange_.answer(http::plain_response("application/json", body + "}\n"));
}

}  // namespace worker::api
