#include "log/terms.hpp"

#include <algorithm>

#include "base/number.hpp"

namespace worker::log {
namespace {

constexpr std::string_view term_key = "term ";
constexpr std::string_view lost_key = "lost ";

}  // namespace

std::optional<Sequence> Terms::skipped_after(std::string_view key) {
  if (!key.starts_with(term_key)) return std::nullopt;
  return base::parse_number<Sequence>(key.substr(term_key.size()));
}

Draft Terms::lost(const std::string& cursor) {
  return {.topics = {std::string(topic)},
          .silent = true,
          .key = std::string(lost_key) + cursor,
          .is_private = true};
}

Terms::Terms(const History& history) {
  const auto& retained = history.retained();
  const auto* const events = retained.topics().find(topic);
  if (events == nullptr) return;
  const auto& epochs = history.epochs();
  for (const auto sequence : events->sequences) {
    if (sequence <= epochs.start()) continue;
    const auto& entry = retained.entries().at(sequence);
    const auto key = entry->key();
    if (const auto after = skipped_after(key)) {
      if (epochs.start() + *after < sequence) skips_.push_back({epochs.start() + *after, sequence});
    } else if (key.starts_with(lost_key)) {
      const auto cursor = Cursor::parse(key.substr(lost_key.size()));
      if (!cursor) continue;
      const bool is_later = cursor->epoch > epochs.name() && !skips_.empty();
      const auto through = cursor->epoch == epochs.name() ? skipped_through(epochs.start() + cursor->sequence)
                           : is_later                     ? skips_.back().through
                                                          : 0;
      lost_through_ = std::max(lost_through_, through);
    }
  }
}

Sequence Terms::skipped_through(Sequence sequence) const {
  for (const auto& skip : skips_) {
    if (sequence > skip.after && sequence < skip.through) return skip.through;
  }
  return 0;
}

Sequence Terms::before(Sequence last, Sequence count) const {
  for (auto skip = skips_.rbegin(); skip != skips_.rend(); ++skip) {
    if (last < skip->through) continue;
    if (last - skip->through >= count) return last - count;
    count -= last - skip->through;
    last = skip->after;
  }
  return last - std::min(last, count);
}

}  // namespace worker::log
