#include "stream_sender.hpp"

#include "topics.hpp"

namespace sse::bench {
namespace {

// As after a request that failed.
constexpr auto pause_after_failure = std::chrono::milliseconds(50);

}  // namespace

StreamSender::StreamSender(Poller& poller, const SenderContext& shared, std::size_t number,
                           std::optional<std::size_t> topic)
    : shared_(shared),
      number_(number),
      topic_(topic),
      query_(topic ? topic_query({shared.ledger.topics()[*topic]}) : std::string()),
      stream_(poller, *this, shared.target) {}

Instant StreamSender::free_at() const noexcept {
  return under_way_.size() < shared_.plan.unanswered_max ? not_before_ : Instant::max();
}

void StreamSender::send(Instant due) {
  auto& [plan, target, ledger, body, figures] = shared_;
  body.clear();
  for (std::uint64_t i = 0; i < plan.batch && (plan.count == 0 || figures.sent < plan.count); ++i) {
    const std::size_t topic = topic_.value_or(figures.sent % ledger.topics().size());
    ++figures.sent;
    Stamp stamp = ledger.next(number_, topic);
    stamp.due = due;
    body.append(topic, stamp);
    under_way_.push_back(stamp);
  }
  if (!stream_.is_open()) stream_.open(query_);
  if (stream_.is_open()) stream_.write(body.text());
}

void StreamSender::finish() {
  finishing_ = true;
  if (under_way_.empty() && stream_.is_open()) stream_.finish();
}

void StreamSender::on_answer(std::string_view line, Instant at) {
  auto& [plan, target, ledger, body, figures] = shared_;
  if (under_way_.empty() || !is_about_event(line)) {
    ++figures.errors[is_about_event(line) ? "answer_to_nothing" : "no_answer_to_an_event"];
    return;
  }
  const Stamp stamp = under_way_.front();
  under_way_.pop_front();
  figures.answer.record(at - stamp.due);
  figures.last_answer = at;
  if (says_kept(line)) {
    ++figures.acknowledged;
    ledger.acknowledge(stamp);
  } else {
    ledger.doubt(stamp);
  }
  if (finishing_ && under_way_.empty()) stream_.finish();
}

void StreamSender::on_end(Ending ending, int status) {
  const bool whole = ending == Ending::completed && finishing_ && under_way_.empty();
  if (!whole) ++shared_.figures.errors[ending == Ending::completed ? "ended_early" : name_of(ending, status)];
  for (const Stamp& stamp : under_way_) shared_.ledger.doubt(stamp);
  under_way_.clear();
  failed_ = true;
  not_before_ = Clock::now() + pause_after_failure;
}

}  // namespace sse::bench
