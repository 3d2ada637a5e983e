#include "store/redis/pack_builder.hpp"

#include <utility>

#include "sse/frame.hpp"
#include "store/redis/pack.hpp"

namespace worker::store {
namespace {

constexpr std::size_t head_bytes_max = 8;  // version, count, and the number of sets

void append_number(std::string& out, std::size_t number) {
  for (; number >= 0x80U; number >>= 7U) out.push_back(static_cast<char>(0x80U | (number & 0x7fU)));
  out.push_back(static_cast<char>(number));
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out.append(text);
}

void append_frame(std::string& out, const log::Draft& draft) {
  if (draft.silent) return;
  sse::append_event(out, draft.event);
  out.pop_back();  // the blank line follows the id
}

bool is_one_line(const log::Draft& draft) {
  const auto& event = draft.event;
  return !draft.silent && event.type.empty() && !event.retry && event.data.find('\n') == std::string::npos &&
         event.data.find('\r') == std::string::npos;
}

}  // namespace

std::string frame_of(const log::Draft& draft) {
  std::string frame;
  append_frame(frame, draft);
  return frame;
}

std::size_t PackBuilder::size_bytes() const { return head_bytes_max + sets_.size() + bodies_.size(); }

bool PackBuilder::add(const log::Draft& draft, std::string_view id) {
  topics_.clear();
  for (const auto& topic : draft.topics) {
    if (!topics_.empty()) topics_.push_back('\n');
    topics_ += topic;
  }
  Event event{.topics = topics_,
              .id = id,
              .key = draft.key,
              .closes = draft.closes,
              .is_private = draft.is_private,
              .is_data = is_one_line(draft),
              .text = draft.event.data};
  if (!event.is_data) {
    frame_.clear();
    append_frame(frame_, draft);
    event.text = frame_;
  }
  return add(event);
}

bool PackBuilder::add(const Event& event) {
  if (events_ == events_max) return false;
  bool is_new_set = false;
  auto set = last_set_;
  if (events_ == 0 || event.topics != last_topics_) {
    const auto found = set_of_.find(std::string(event.topics));
    is_new_set = found == set_of_.end();
    set = is_new_set ? sets_count_ : found->second;
  }

  unsigned flags = 0;
  if (event.is_data) flags |= RedisPack::is_data;
  if (!event.id.empty()) flags |= RedisPack::has_id;
  if (!event.key.empty()) flags |= RedisPack::has_key;
  if (event.closes) flags |= RedisPack::closes;
  if (event.is_private) flags |= RedisPack::is_private;
  body_.assign(1, static_cast<char>(flags));
  append_number(body_, set);
  if (!event.id.empty()) append_text(body_, event.id);
  if (!event.key.empty()) append_text(body_, event.key);

  constexpr std::size_t number_bytes_max = 5;
  const auto size = body_.size() + event.text.size();
  const auto more = number_bytes_max + size + (is_new_set ? number_bytes_max + event.topics.size() : 0);
  if (events_ > 0 && size_bytes() + more > bytes_max) return false;

  if (is_new_set) {
    append_text(sets_, event.topics);
    set_of_.emplace(event.topics, set);
    ++sets_count_;
  }
  last_topics_ = event.topics;
  last_set_ = set;
  append_number(bodies_, size);
  bodies_.append(body_).append(event.text);
  is_plain_ = is_plain_ && event.id.empty() && !event.closes;
  ++events_;
  return true;
}

PackText PackBuilder::take() {
  PackText pack{.events = events_, .is_plain = is_plain_};
  auto& text = pack.text;
  text.reserve(size_bytes());
  text.push_back(static_cast<char>(RedisPack::version));
  text.push_back(static_cast<char>(events_ >> 8U));
  text.push_back(static_cast<char>(events_ & 0xffU));
  append_number(text, sets_count_);
  text.append(sets_).append(bodies_);
  sets_.clear();
  sets_count_ = 0;
  set_of_.clear();
  last_topics_.clear();
  last_set_ = 0;
  bodies_.clear();
  events_ = 0;
  is_plain_ = true;
  return pack;
}

}  // namespace worker::store
