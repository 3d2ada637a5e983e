#include "api/stream/address_counts.hpp"

namespace worker::api {

void AddressCounts::set_limit(std::size_t most) {
  const std::lock_guard lock(mutex_);
  limit_ = most;
}

base::Result<AddressCounts::Entry*, AddressCounts::Full> AddressCounts::add(const http::Network& network,
                                                                            base::Instant now) {
  const auto site = network.site();
  const std::lock_guard lock(mutex_);
  auto* refusing = full(network);
  if (refusing == nullptr) refusing = full(site);
  if (refusing != nullptr) {
    auto& [refused, count] = *refusing;
    ++report_.refused;
    report_.last = {refused, count.open_, most_of(refused), count.refusals_.add(now)};
    return base::failure(report_.last);
  }
  auto& entry = added(network);
  if (site) entry.second.site_ = &added(*site);
  networks_ += entry.second.open_ == 1 ? 1 : 0;
  ++streams_;
  return &entry;
}

void AddressCounts::remove(Entry& entry) {
  const std::lock_guard lock(mutex_);
  --streams_;
  networks_ -= entry.second.open_ == 1 ? 1 : 0;
  if (auto* site = entry.second.site_) removed(*site);
  removed(entry);
}

std::size_t AddressCounts::networks() const {
  const std::lock_guard lock(mutex_);
  return networks_;
}

std::size_t AddressCounts::streams() const {
  const std::lock_guard lock(mutex_);
  return streams_;
}

std::size_t AddressCounts::limit() const {
  const std::lock_guard lock(mutex_);
  return limit_;
}

AddressCounts::Report AddressCounts::take_report() {
  const std::lock_guard lock(mutex_);
  return std::exchange(report_, {});
}

std::size_t AddressCounts::most_of(const http::Network& network) const {
  return network.length == http::Network::ipv6_site_bits ? limit_ * site_share : limit_;
}

// The entry of the network that is at its limit; null where one stream more is allowed.
AddressCounts::Entry* AddressCounts::full(const std::optional<http::Network>& network) {
  if (!network || limit_ == 0) return nullptr;
  const auto found = counts_.find(*network);
  return found != counts_.end() && found->second.open_ >= most_of(*network) ? &*found : nullptr;
}

AddressCounts::Entry& AddressCounts::added(const http::Network& network) {
  auto& entry = *counts_.try_emplace(network).first;
  ++entry.second.open_;
  return entry;
}

void AddressCounts::removed(Entry& entry) {
  if (--entry.second.open_ == 0) counts_.erase(entry.first);
}

}  // namespace worker::api
