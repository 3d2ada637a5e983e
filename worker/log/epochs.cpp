#include "log/epochs.hpp"

#include <utility>

namespace worker::log {

void Epochs::begin(std::string name) {
  previous_name_ = std::exchange(name_, std::move(name));
  previous_start_ = std::exchange(start_, ++last_);
}

std::string Epochs::id_of(Sequence sequence) const {
  if (sequence >= start_) return Cursor{name_, sequence - start_}.text();
  return Cursor{previous_name_, sequence - std::min(sequence, previous_start_)}.text();
}

std::optional<Sequence> Epochs::find(const Cursor& cursor) const {
  if (cursor.epoch != name_ || cursor.sequence > last_ - start_) return std::nullopt;
  return start_ + cursor.sequence;
}

bool Epochs::is_current(const std::string& id) const {
  const auto cursor = Cursor::parse(id);
  return cursor && cursor->epoch == name_;
}

bool Epochs::is_other(const Cursor& cursor) const {
  return cursor.epoch != name_ && cursor.epoch.size() == name_.size() &&
         std::ranges::all_of(cursor.epoch,
                             [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

}  // namespace worker::log
