#include "presence/peers.hpp"

#include <algorithm>
#include <utility>

namespace worker::presence {
namespace {

constexpr std::size_t ended_max = 256;

}  // namespace

void Peers::end(const std::vector<std::string>& names) {
  for (const auto& each : names) end(each, false);
}

void Peers::apply(const StateMessage& message, std::uint64_t number) {
  if (message.leaves) return end(message.from, true);
  if (std::ranges::find(ended_, message.from) != ended_.end()) return;
  if (message.joins) join(message, number);
  auto& peer = peers_[message.from];
  if (message.rank != 0) peer.rank = message.rank;
  peer.silence = 0;
  if (message.part_begins) {
    peer.is_known = true;
    ++peer.round;
  }
  // What it announces are differences to what it has announced before.
  if (!peer.is_known) return;
  for (const auto& change : message.part) apply(peer, change);
  if (message.part_ends) sweep(peer);
}

void Peers::join(const StateMessage& message, std::uint64_t number) {
  if (auto former = peers_.extract(message.replaces)) {
    former.key() = message.from;
    peers_.insert(std::move(former));
    ignore(message.replaces);
  }
  auto& peer = peers_[message.from];
  peer.rank = number;
  peer.is_known = false;
}

void Peers::ignore(const std::string& name) {
  ended_.push_back(name);
  if (ended_.size() > ended_max) ended_.pop_front();
}

// After a loss nobody else may list the name: one that took another name before this worker could read it
// again has announced its readers under the new one.
void Peers::on_own_beat() {
  std::vector<std::string> gone;
  for (auto& [name, peer] : peers_) {
    if (++peer.silence >= silent_beats && peer.rank == 0) gone.push_back(name);
  }
  end(gone);
}

void Peers::on_loss() {
  for (auto& [name, peer] : peers_) {
    peer.rank = 0;
    peer.silence = 0;
    peer.is_known = false;
  }
}

std::uint64_t Peers::lowest_rank() const {
  auto lowest = no_rank;
  for (const auto& [name, peer] : peers_) {
    if (peer.rank != 0) lowest = std::min(lowest, peer.rank);
  }
  return lowest;
}

std::uint64_t Peers::lowest_awake_rank() const {
  auto lowest = no_rank;
  for (const auto& [name, peer] : peers_) {
    if (peer.rank != 0 && peer.silence < silent_beats) lowest = std::min(lowest, peer.rank);
  }
  return lowest;
}

std::vector<std::string> Peers::silent() const {
  std::vector<std::string> silent;
  for (const auto& [name, peer] : peers_) {
    if (peer.silence >= silent_beats) silent.push_back(name);
  }
  return silent;
}

// Its readers come back to another worker, or to itself under another name. The streams without a subject of
// one that has died have had the time of the lease for that.
void Peers::end(const std::string& name, bool in_good_order) {
  const auto found = peers_.find(name);
  if (found == peers_.end()) return;
  for (auto& [topic, part] : found->second.parts) {
    for (auto& [subject, visit] : part.named) visit.end_with_grace();
    const auto nameless = part.unnamed ? 0 : part.nameless;
    set_nameless(topic, part, 0, false);
    if (in_good_order) roster_.begin_graces(topic, nameless);
  }
  peers_.erase(found);
  ignore(name);
}

void Peers::apply(Peer& peer, const Change& change) {
  auto& part = peer.parts[change.topic];
  part.round = peer.round;
  // Those who stay are not entered again, so nobody leaves and comes back in between.
  decltype(part.named) before;
  if (change.reset) before.swap(part.named);
  for (const auto& subject : change.joined) {
    if (part.named.contains(subject)) continue;
    if (auto known = before.extract(subject)) {
      part.named.insert(std::move(known));
    } else {
      part.named.emplace(subject, roster_.enter_elsewhere(change.topic, subject));
    }
  }
  for (const auto& subject : change.left) part.named.erase(subject);
  before.clear();
  const auto nameless = change.count - std::min(change.count, part.named.size());
  set_nameless(change.topic, part, nameless, !change.named);
  if (change.anew) roster_.tell_anew(change.topic);
  if (change.count == 0 && part.named.empty()) peer.parts.erase(change.topic);
}

void Peers::set_nameless(const std::string& topic, Part& part, std::size_t nameless, bool unnamed) {
  const auto readers = static_cast<std::ptrdiff_t>(nameless) - static_cast<std::ptrdiff_t>(part.nameless);
  const int unnamed_parts = static_cast<int>(unnamed) - static_cast<int>(part.unnamed);
  part.nameless = nameless;
  part.unnamed = unnamed;
  if (readers != 0 || unnamed_parts != 0) roster_.count_elsewhere(topic, readers, unnamed_parts);
}

// What it did not announce this time is over.
void Peers::sweep(Peer& peer) {
  for (auto place = peer.parts.begin(); place != peer.parts.end();) {
    auto& [topic, part] = *place;
    if (part.round == peer.round) {
      ++place;
      continue;
    }
    set_nameless(topic, part, 0, false);
    place = peer.parts.erase(place);
  }
}

}  // namespace worker::presence
