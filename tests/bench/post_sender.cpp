#include "post_sender.hpp"

#include <algorithm>

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

void PostSender::send(Instant due) {
  auto& [plan, target, ledger, body, figures] = shared_;
  due_ = due;
  body.clear();
  for (std::uint64_t i = 0; i < plan.batch && (plan.count == 0 || figures.sent < plan.count); ++i) {
    const std::size_t topic = figures.sent++ % ledger.topics().size();
    Stamp stamp = ledger.next(number_, topic);
    stamp.due = due;
    body.append(topic, stamp);
    under_way_.push_back(stamp);
  }
  connection_.post(post_request(target, body.query(), body.content_type(), body.text()));
}

void PostSender::on_answer(PostConnection& /*connection*/, int status, std::string_view body) {
  shared_.figures.answer.record(Clock::now() - due_);
  const PublishAs as = shared_.plan.as;
  const bool success = is_success(as, status);
  if (!success) ++shared_.figures.errors[name_of(Ending::bad_status, status)];
  settle(success && as == PublishAs::json ? read_publish_answer(body, under_way_.size())
                                          : std::vector<bool>(under_way_.size(), success));
}

void PostSender::on_failure(PostConnection& /*connection*/, Ending ending) {
  ++shared_.figures.errors[name_of(ending, 0)];
  not_before_ = Clock::now() + pause_after_failure;
  settle(std::vector<bool>(under_way_.size(), false));
}

void PostSender::settle(const std::vector<bool>& kept) {
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept[i] ? shared_.ledger.acknowledge(under_way_[i]) : shared_.ledger.doubt(under_way_[i]);
  }
  shared_.figures.acknowledged += static_cast<std::uint64_t>(std::ranges::count(kept, true));
  shared_.figures.last_answer = Clock::now();
  under_way_.clear();
}

}  // namespace sse::bench
