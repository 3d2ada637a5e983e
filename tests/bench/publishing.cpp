#include "publishing.hpp"

#include <algorithm>
#include <utility>

#include "post_sender.hpp"
#include "stream_sender.hpp"

namespace sse::bench {
namespace {

constexpr auto patience = std::chrono::seconds(1);

bool has_own_topic(const PublishPlan& plan, std::size_t topics) noexcept {
  return plan.as == PublishAs::stream && topics <= plan.connections;
}

}  // namespace

Publishing::Publishing(Poller& poller, const PublishPlan& plan, Target target, Ledger& ledger,
                       const Deliveries& deliveries)
    : plan_(plan),
      target_(std::move(target)),
      ledger_(ledger),
      deliveries_(deliveries),
      body_(ledger.topics(), plan.data_size, plan.as,
            target_.is_local_socket() || !has_own_topic(plan, ledger.topics().size())) {
  for (std::size_t i = 0; wanted() && i < plan_.connections; ++i) senders_.push_back(make_sender(poller, i));
}

std::size_t Publishing::connections_per_topic(const PublishPlan& plan, std::size_t topics) noexcept {
  return has_own_topic(plan, topics) ? (plan.connections + topics - 1) / topics : plan.connections;
}

std::unique_ptr<Sender> Publishing::make_sender(Poller& poller, std::size_t number) {
  const SenderContext shared{plan_, target_, ledger_, body_, figures_};
  const std::size_t topics = ledger_.topics().size();
  if (plan_.as != PublishAs::stream) return std::make_unique<PostSender>(poller, shared, number);
  if (!has_own_topic(plan_, topics))
    return std::make_unique<StreamSender>(poller, shared, number, std::nullopt);
  return std::make_unique<StreamSender>(poller, shared, number / topics, number % topics);
}

void Publishing::prepare(Instant now) {
  if (ready_at_ != Instant::max()) return;
  ready_at_ = now + patience;
  for (const auto& sender : senders_) sender->prepare();
}

bool Publishing::ready(Instant now) const noexcept {
  return now >= ready_at_ ||
         std::ranges::all_of(senders_, [](const auto& sender) { return sender->ready(); });
}

bool Publishing::finished() const noexcept {
  return !wanted() ||
         (all_sent_ && std::ranges::all_of(senders_, [](const auto& sender) { return sender->done(); }));
}

Instant Publishing::tick(Instant now) {
  if (!wanted() || all_sent_) return Instant::max();
  if (!figures_.first_sent) figures_.first_sent = now;
  for (;;) {
    const auto due = next_due(now);
    if (all_sent_) {
      for (const auto& sender : senders_) sender->finish();
    }
    if (all_sent_ || !due) return Instant::max();
    if (*due > now) return *due;
    Instant free_at = Instant::max();
    Sender* const sender = free_sender(now, free_at);
    if (sender == nullptr) return free_at;
    sender->send(*due);
  }
}

// When the next request is due; nothing while the readers are too far behind.
std::optional<Instant> Publishing::next_due(Instant now) {
  const Instant start = *figures_.first_sent;
  const auto sent = static_cast<std::int64_t>(figures_.sent);
  const auto rate = static_cast<std::int64_t>(plan_.rate);
  const Instant due =
      rate == 0 ? now : start + std::chrono::nanoseconds(std::chrono::seconds(1)) * sent / rate;
  all_sent_ = all_sent_ || (plan_.count > 0 && figures_.sent >= plan_.count) ||
              (plan_.time.count() > 0 && due >= start + plan_.time);
  const std::uint64_t ahead = ledger_.sent() - std::min(ledger_.sent(), deliveries_.fresh);
  if (plan_.deliveries_ahead_max > 0 && ahead > plan_.deliveries_ahead_max) return std::nullopt;
  return due;
}

// The next one in turn that can take more; none: `free_at` is when one can, as far as that is known.
Sender* Publishing::free_sender(Instant now, Instant& free_at) {
  for (std::size_t i = 0; i < senders_.size(); ++i) {
    Sender& sender = *senders_[turn_++ % senders_.size()];
    if (sender.free_at() <= now) return &sender;
    free_at = std::min(free_at, sender.free_at());
  }
  return nullptr;
}

}  // namespace sse::bench
