#include "ledger.hpp"

#include <algorithm>

#include "inbox.hpp"
#include "topics.hpp"

namespace sse::bench {

Ledger::Ledger(const std::vector<std::string>& topics, std::size_t connections) : topics_(topics) {
  std::ranges::sort(topics_);
  topics_.erase(std::unique(topics_.begin(), topics_.end()), topics_.end());
  for (std::size_t i = 0; i < topics_.size(); ++i) by_name_.emplace(topics_[i], i);
  audience_.resize(topics_.size());
  lanes_.resize(topics_.size() * connections);
}

void Ledger::add_reader(const std::vector<std::string>& selectors) {
  for (const std::size_t topic : matching(selectors)) ++audience_[topic];
}

Stamp Ledger::next(std::size_t connection, std::size_t topic) {
  const std::size_t lane = connection * topics_.size() + topic;
  sent_ += audience_[topic];
  return {static_cast<std::uint32_t>(lane), lanes_[lane].sent++, {}};
}

void Ledger::doubt(const Stamp& stamp) { lanes_[stamp.lane].doubtful.push_back(stamp.number); }

std::uint64_t Ledger::lost(const std::vector<std::string>& selectors, const Inbox& inbox) const {
  std::uint64_t count = 0;
  for (const std::size_t topic : matching(selectors)) {
    for (std::size_t lane = topic; lane < lanes_.size(); lane += topics_.size()) {
      count += lost(static_cast<std::uint32_t>(lane), inbox);
    }
  }
  return count;
}

std::uint64_t Ledger::lost(std::uint32_t lane, const Inbox& inbox) const {
  const auto& [sent, doubtful] = lanes_[lane];
  const Sequence nothing;
  const Sequence* const found = inbox.find(lane);
  const Sequence& got = found == nullptr ? nothing : *found;
  const auto excused =
      std::ranges::count_if(doubtful, [&](std::uint32_t number) { return !got.has(number); });
  return got.missing(sent) - static_cast<std::uint64_t>(excused);
}

std::vector<std::size_t> Ledger::matching(const std::vector<std::string>& selectors) const {
  std::vector<std::size_t> found;
  for (const std::string& selector : selectors) {
    if (const auto exact = by_name_.find(selector); exact != by_name_.end()) found.push_back(exact->second);
    if (!selector.ends_with('*')) continue;
    for (std::size_t topic = 0; topic < topics_.size(); ++topic) {
      if (selects(selector, topics_[topic])) found.push_back(topic);
    }
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace sse::bench
