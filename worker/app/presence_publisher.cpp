#include "app/presence_publisher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "presence/presence_events.hpp"

namespace worker::app {
namespace {

// Of one append.
constexpr std::size_t events_max = 1'000;

}  // namespace

PresencePublisher::PresencePublisher(net::Loop& loop, presence::Roster& roster, store::Store& store,
                                     presence::Metrics& metrics, PresenceCluster* cluster)
    : loop_(loop),
      roster_(roster),
      store_(store),
      metrics_(metrics),
      cluster_(cluster),
      timer_(loop.timers(), [this] { on_time(); }) {
  if (roster_.enabled()) timer_.arm_in(interval);
}

void PresencePublisher::stop() {
  if (cluster_ != nullptr) return;
  stopped_ = true;
  timer_.cancel();
}

void PresencePublisher::on_time() {
  timer_.arm_in(interval);
  if (waits_ || (cluster_ != nullptr && !cluster_->tells())) return;
  auto changes = roster_.changes(events_max);
  if (changes.empty()) return;
  std::vector<log::Draft> drafts;
  if (cluster_ != nullptr) drafts.push_back(cluster_->draft_of(changes));
  for (const auto& change : changes)
    std::ranges::move(presence::drafts_of(change), std::back_inserter(drafts));
  const auto events = drafts.size() - (cluster_ == nullptr ? 0 : 1);
  waits_ = true;
  store_.append(
      std::move(drafts), [this, changes = std::move(changes), events](std::vector<store::Kept> kept) {
        const bool stored = std::ranges::all_of(kept, [](const auto& each) { return each.has_value(); });
        if (loop_.on_thread()) return on_answer(changes, events, stored);
        loop_.post([this, changes, events, stored] { on_answer(changes, events, stored); });
      });
}

void PresencePublisher::on_answer(const std::vector<presence::Change>& changes, std::size_t events,
                                  bool stored) {
  waits_ = false;
  if (stored) {
    metrics_.events.add(events);
    if (cluster_ == nullptr) roster_.told(changes);
  } else {
    metrics_.retries.add();
    for (const auto& change : changes) roster_.tell_anew(change.topic);
  }
  if (cluster_ != nullptr) cluster_->on_told();
  // There may be more than one append takes.
  if (!stopped_) timer_.arm_in(events < events_max ? interval : std::chrono::milliseconds(0));
}

}  // namespace worker::app
