#include "hub/conflation.hpp"

#include <algorithm>
#include <utility>

namespace worker::hub {
namespace {

// Memory of a key beside its text.
constexpr std::size_t node_bytes = 96;

}  // namespace

Conflation::Conflation(const std::vector<std::string>& topics)
    : topics_(log::Selectors::parse({topics.begin(), topics.end()}, std::string::npos).value()) {}

bool Conflation::applies_to(const log::Entry& entry, const log::Subscription& asked) const {
  return !entry.key().empty() && std::ranges::all_of(entry.topics(), [&](const auto& topic) {
    return !asked.matches(topic) || topics_.matches(topic);
  });
}

void Conflation::note(const log::Entry& entry) {
  if (entry.key().empty()) return;
  for (const auto& topic : entry.topics()) {
    if (!topics_.matches(topic)) continue;
    const auto& name = name_of(topic, entry.key(), entry.is_private());
    if (const auto known = latest_.find(name); known != latest_.end()) {
      known->second = std::max(known->second, entry.sequence());
      continue;
    }
    bytes_ += name.size() + node_bytes;
    latest_.emplace(name, entry.sequence());
  }
  if (bytes_ > bytes_max) forget_older_half();
}

bool Conflation::superseded(const log::Entry& entry, const log::Subscription& asked) const {
  if (latest_.empty() || !applies_to(entry, asked)) return false;
  return std::ranges::all_of(entry.topics(), [&](const auto& topic) {
    if (!asked.matches(topic)) return true;
    return has_later(name_of(topic, entry.key(), false), entry.sequence()) ||
           (asked.may_read_all(topic) && has_later(name_of(topic, entry.key(), true), entry.sequence()));
  });
}

bool Conflation::has_later(const std::string& name, log::Sequence sequence) const {
  const auto known = latest_.find(name);
  return known != latest_.end() && known->second > sequence;
}

std::size_t Conflation::drop_superseded(std::vector<log::EntryPtr>& entries,
                                        const log::Subscription& asked) const {
  return std::erase_if(entries, [&](const auto& entry) { return superseded(*entry, asked); });
}

const std::string& Conflation::name_of(std::string_view topic, std::string_view key, bool is_private) const {
  return name_.assign(is_private ? 1 : 0, '\0').append(topic).append(1, '\0').append(key);
}

void Conflation::forget() {
  if (latest_.empty()) return;
  latest_ = {};
  bytes_ = 0;
}

// The keys with the oldest latest values let subscribers skip the least.
void Conflation::forget_older_half() {
  std::vector<log::Sequence> sequences;
  sequences.reserve(latest_.size());
  for (const auto& [name, sequence] : latest_) sequences.push_back(sequence);
  const auto middle = sequences.begin() + static_cast<std::ptrdiff_t>(sequences.size() / 2);
  std::ranges::nth_element(sequences, middle);
  std::erase_if(latest_, [&](const auto& each) {
    if (each.second > *middle) return false;
    bytes_ -= each.first.size() + node_bytes;
    return true;
  });
}

}  // namespace worker::hub
