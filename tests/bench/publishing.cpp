#include "publishing.hpp"

#include <algorithm>
#include <utility>

namespace sse::bench {
namespace {

// 200 with an answer for each event; raw bodies are answered by the status alone (201: with readers, 202:
// kept).
bool is_success(PublishAs as, int status) {
  return as == PublishAs::json ? status == 200 : status >= 200 && status <= 202;
}
// After a failure, so that a server which refuses is not a busy loop here.
constexpr auto pause_after_failure = std::chrono::milliseconds(50);

}  // namespace

Publishing::Publishing(Poller& poller, const PublishPlan& plan, Target target, Ledger& ledger,
                       const Deliveries& deliveries)
    : plan_(plan),
      target_(std::move(target)),
      ledger_(ledger),
      deliveries_(deliveries),
      body_(ledger.topics(), plan.data_size, plan.as) {
  for (std::size_t i = 0; wanted() && i < plan_.connections; ++i) senders_.emplace_back(poller, *this, i);
}

Instant Publishing::tick(Instant now) {
  if (finished()) return Instant::max();
  if (!figures_.first_sent) figures_.first_sent = now;
  for (;;) {
    const auto due = next_due(now);
    if (all_sent_ || !due) return Instant::max();
    if (*due > now) return *due;
    Sender* const sender = free_sender(now);
    if (sender == nullptr) {
      // All wait for answers, or one of them for the end of its pause.
      return under_way_ == senders_.size() ? Instant::max() : now + pause_after_failure;
    }
    sender->post(*due);
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

Publishing::Sender* Publishing::free_sender(Instant now) {
  for (std::size_t i = 0; i < senders_.size(); ++i) {
    Sender& sender = senders_[turn_++ % senders_.size()];
    if (sender.free(now)) return &sender;
  }
  return nullptr;
}

Publishing::Sender::Sender(Poller& poller, Publishing& all, std::size_t number)
    : all_(all), number_(number), connection_(poller, *this, all.target_) {}

void Publishing::Sender::post(Instant due) {
  const PublishPlan& plan = all_.plan_;
  Figures& figures = all_.figures_;
  due_ = due;
  all_.body_.clear();
  for (std::uint64_t i = 0; i < plan.batch && (plan.count == 0 || figures.sent < plan.count); ++i) {
    const std::size_t topic = figures.sent++ % all_.ledger_.topics().size();
    Stamp stamp = all_.ledger_.next(number_, topic);
    stamp.due = due;
    all_.body_.append(topic, stamp);
    under_way_.push_back(stamp);
  }
  ++figures.requests;
  ++all_.under_way_;
  const PublishBody& body = all_.body_;
  connection_.post(post_request(all_.target_, body.query(), body.content_type(), body.text()));
}

void Publishing::Sender::on_answer(PostConnection& /*connection*/, int status, std::string_view body) {
  all_.figures_.answer.record(Clock::now() - due_);
  const PublishAs as = all_.plan_.as;
  const bool success = is_success(as, status);
  if (!success) ++all_.figures_.errors[name_of(Ending::bad_status, status)];
  settle(success && as == PublishAs::json ? read_publish_answer(body, under_way_.size())
                                          : std::vector<bool>(under_way_.size(), success));
}

void Publishing::Sender::on_failure(PostConnection& /*connection*/, Ending ending) {
  ++all_.figures_.errors[name_of(ending, 0)];
  not_before_ = Clock::now() + pause_after_failure;
  settle(std::vector<bool>(under_way_.size(), false));
}

void Publishing::Sender::settle(const std::vector<bool>& kept) {
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept[i] ? all_.ledger_.acknowledge(under_way_[i]) : all_.ledger_.doubt(under_way_[i]);
  }
  all_.figures_.acknowledged += static_cast<std::uint64_t>(std::ranges::count(kept, true));
  all_.figures_.last_answer = Clock::now();
  under_way_.clear();
  --all_.under_way_;
}

}  // namespace sse::bench
