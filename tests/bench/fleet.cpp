#include "fleet.hpp"

#include <algorithm>

#include "topics.hpp"

namespace sse::bench {

Fleet::Fleet(Poller& poller, const FleetPlan& plan, Target target, SourceAddresses sources, Http2Pool* http2)
    : poller_(poller), plan_(plan), target_(std::move(target)), sources_(std::move(sources)) {
  Reader::Listener* const listener = plan_.reconnect ? this : nullptr;
  for (std::uint64_t i = 0; i < plan_.streams; ++i) {
    const std::uint64_t number = plan_.numbers == 0 ? i : i % plan_.numbers;
    Wish wish{numbered(plan_.topics, number),
              plan_.leave_after,
              plan_.protocol,
              plan_.topics_as,
              plan_.pause,
              http2};
    readers_.emplace_back(poller_, tally_, std::move(wish), listener);
  }
}

Instant Fleet::tick(Instant now) {
  const Instant reopening = reopen_broken(now);
  if (opened_ == plan_.streams) return reopening;
  if (!began_at_) began_at_ = now;
  for (std::uint64_t wanted = due(now); opened_ < wanted;) {
    readers_[opened_++].open(target_, sources_.next());
    if (plan_.rate == 0) wanted = due(now);  // a stream that failed at once made room for the next
  }
  if (plan_.rate == 0 || opened_ == plan_.streams) return reopening;
  const Instant next = *began_at_ + std::chrono::nanoseconds(std::chrono::seconds(1)) *
                                        static_cast<std::int64_t>(opened_) /
                                        static_cast<std::int64_t>(plan_.rate);
  return std::min(reopening, next);
}

std::uint64_t Fleet::due(Instant now) const noexcept {
  if (plan_.rate == 0) {
    const std::uint64_t room = plan_.in_flight_max - std::min(plan_.in_flight_max, tally_.opening);
    return std::min(plan_.streams, opened_ + room);
  }
  const std::chrono::duration<double> since = now - *began_at_;
  return std::min(plan_.streams,
                  static_cast<std::uint64_t>(since.count() * static_cast<double>(plan_.rate)) + 1);
}

void Fleet::bring_back() {
  opened_ = 0;
  began_at_.reset();
  brought_back_at_ = Clock::now();
}

void Fleet::on_broken(Reader& reader) { broken_.push({Clock::now() + reader.retry(), &reader}); }

Instant Fleet::reopen_broken(Instant now) {
  while (!broken_.empty() && broken_.top().at <= now) {
    Reader& reader = *broken_.top().reader;
    broken_.pop();  // first: opening may fail at once, and queue it again
    ++reconnects_;
    reader.open(target_, sources_.next());
  }
  return broken_.empty() ? Instant::max() : broken_.top().at;
}

void Fleet::enter_into(Ledger& ledger) const {
  for (const Reader& reader : readers_) ledger.add_reader(reader.wish().topics);
}

std::uint64_t Fleet::lost(const Ledger& ledger) const {
  std::uint64_t count = 0;
  for (const Reader& reader : readers_) count += ledger.lost(reader.wish().topics, reader.inbox());
  return count;
}

}  // namespace sse::bench
