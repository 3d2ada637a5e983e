#include "api/publish/publish_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/publish/answer_lines.hpp"
#include "api/publish/granted.hpp"
#include "api/publish/rejection.hpp"
#include "api/request/quoted.hpp"

namespace worker::api {
namespace {

// Bytes of one stream's events, and of its errors, that may wait for the store.
constexpr std::size_t waiting_bytes_max = 1'048'576;
// How long a held stream waits before it checks again whether it may continue.
constexpr std::chrono::milliseconds wake_interval{20};
// How long a publisher whose bytes may be stuck may be silent.
constexpr std::chrono::hours idle_after{1};

// Ten thousand streams may be open and idle. With the counters of its shared_ptr a stream fills a size class
// of the allocator (384 bytes); the next one has 448.
static_assert(sizeof(PublishStream) <= 368);

std::unique_ptr<std::string> end_line(std::string_view reason, std::string_view more = {}) {
  return std::make_unique<std::string>(fmt::format("{{\"end\":{{\"reason\":\"{}\"{}}}}}\n", reason, more));
}

// What one piece takes until it is answered. Its errors count, too: they wait behind events that the store
// has not answered, and a publisher can send a great many of them.
std::size_t bytes_of(const std::vector<log::Draft>& drafts, const std::vector<FoundEvents::Error>& errors) {
  std::size_t bytes = 0;
  for (const auto& draft : drafts) bytes += sizeof draft + draft.event.data.size();
  for (const auto& error : errors) bytes += sizeof error + error.text.size();
  return bytes;
}

std::string json_text(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

}  // namespace

std::string too_many_publish_streams(const PublishSettings& settings) {
  return fmt::format(
      "There are {} publish streams already, as many as publish.streams_max allows. Retry later.",
      settings.streams_max);
}

PublishStream::PublishStream(const PublishStreamContext& context, Client& client, const Identity& identity,
                             StreamParameters parameters)
    : context_(context),
      client_(&client),
      grant_(identity.grant),
      parameters_(std::move(parameters)),
      body_(streamed_body({context.settings, parameters_, context.tools, context.unfinished})) {
  errors_only_ = parameters_.answers == StreamParameters::Answers::errors;
  if (parameters_.answers != StreamParameters::Answers::all) summary_ = std::make_unique<Summary>();
}

void PublishStream::begin(std::optional<base::Instant> grant_ends) {
  taken_at_ = context_.loop.timers().now();
  context_.open.add(*this);
  if (grant_ends) {
    grant_timer_ =
        std::make_unique<net::Timer>(context_.loop.timers(), [this] { begin_ending(end_line("expired")); });
    grant_timer_->arm(*grant_ends);
  }
  if (!parameters_.writer) return;
  lease_ = context_.writers.take(parameters_.defaults.topics, *parameters_.writer,
                                 [&loop = context_.loop, stream = weak_from_this()](std::string by) {
                                   loop.post([stream, by = std::move(by)] {
                                     if (const auto self = stream.lock()) self->on_fenced(by);
                                   });
                                 });
}

// --- in: pieces to appends ---

void PublishStream::take(std::string_view piece) {
  if (phase_ != Phase::open) return;
  context_.metrics.bytes.add(piece.size());
  taken_at_ = context_.loop.timers().now();
  if (postponed_ || has_store_too_much()) {
    if (postpone(piece)) return pace();
    take_postponed();
    if (phase_ != Phase::open) return;
  }
  take_now(piece);
}

// False: there is no memory for it. Then the store gets it now, and may refuse its events.
bool PublishStream::postpone(std::string_view piece) {
  if (!postponed_) postponed_ = std::make_unique<Postponed>(context_.unfinished);
  auto& [bytes, share, end] = *postponed_;
  if (!share.reserve(bytes.size() + piece.size())) return false;
  bytes += piece;
  return true;
}

void PublishStream::take_postponed() {
  const auto postponed = std::exchange(postponed_, nullptr);
  if (!postponed) return;
  take_now(postponed->bytes);
  if (postponed->end && phase_ == Phase::open) end_now(*postponed->end);
}

void PublishStream::take_now(std::string_view piece) {
  body_->take(piece, *this);
  append_found();
}

void PublishStream::add(BodyPart kind, std::size_t number, DraftResult draft) {
  auto& found = context_.found;
  kind_ = kind;
  draft = if_granted(std::move(draft), grant_ ? &grant_->publish : nullptr);
  if (draft) {
    found.drafts.push_back(std::move(draft).value());
    found.numbers.push_back(number);
  } else {
    context_.metrics.count(draft.error());
    found.errors.push_back({found.drafts.size(),
                            fmt::format("{} {}: {}", name_of(kind), number, draft.error().detail),
                            draft.error().status == 503});
  }
}

void PublishStream::append_found() {
  auto found = std::exchange(context_.found, {});
  if (!found.drafts.empty() || !found.errors.empty()) {
    auto part = std::make_shared<Part>();
    part->numbers = std::move(found.numbers);
    part->errors = std::move(found.errors);
    append(std::move(found.drafts), part);
  }
  answer_parts();
  pace();
}

// The event with which the stream ends. Because a parameter asked for it, and no line of the body, only a
// failure is answered.
void PublishStream::append_last(std::string_view parameter, log::Draft draft) {
  auto part = std::make_shared<Part>();
  part->asked_by = parameter;
  std::vector<log::Draft> drafts;
  drafts.push_back(std::move(draft));
  append(std::move(drafts), part);
}

void PublishStream::append(std::vector<log::Draft> drafts, const std::shared_ptr<Part>& part) {
  const auto now = context_.loop.timers().now();
  part->begun = now;
  part->bytes = bytes_of(drafts, part->errors);
  waiting_bytes_ += part->bytes;
  parts_.push_back(part);
  if (drafts.empty()) {
    part->is_answered_by_store = true;
    return;
  }
  if (const auto wait = context_.rate.charge(subject(), drafts.size(), now)) paced_until_ = now + *wait;
  const auto size = drafts.size();
  const auto give_to_store = [&] {
    context_.store.append(
        std::move(drafts), [self = shared_from_this(), part](std::vector<store::Kept> kept) {
          auto& loop = self->context_.loop;
          if (loop.on_thread()) return self->on_appended(*part, std::move(kept));
          loop.post([self, part, kept = std::move(kept)] { self->on_appended(*part, kept); });
        });
  };
  if (!lease_) return give_to_store();
  if (lease_->write(give_to_store)) return;
  // on_fenced() has been posted, and ends the stream.
  context_.metrics.rejected.add(size);
  part->is_fenced = part->is_answered_by_store = true;
}

void PublishStream::on_appended(Part& part, std::vector<store::Kept> kept) {
  const auto good = std::ranges::count_if(kept, [](const auto& result) { return result.has_value(); });
  auto& metrics = context_.metrics;
  metrics.events.add(static_cast<std::uint64_t>(good));
  metrics.rejected.add(kept.size() - static_cast<std::uint64_t>(good));
  const auto time =
      std::chrono::duration_cast<std::chrono::microseconds>(context_.loop.timers().now() - part.begun);
  metrics.latency.observe(static_cast<std::uint64_t>(time.count()));
  part.results = std::move(kept);
  part.is_answered_by_store = true;
  answer_parts();
  pace();
}

// --- out: answers ---

void PublishStream::answer_parts() {
  std::string lines;
  while (!parts_.empty() && parts_.front()->is_answered_by_store) {
    const auto part = std::move(parts_.front());
    parts_.pop_front();
    waiting_bytes_ -= part->bytes;
    if (client_ == nullptr) continue;
    part->asked_by.empty() ? append_answers(lines, *part) : append_last_answer(lines, *part);
  }
  if (client_ == nullptr) return;
  if (phase_ == Phase::ending && parts_.empty()) {
    phase_ = Phase::over;
    if (errors_only_) append_summary(lines);
    if (end_line_) lines += *end_line_;
    return std::exchange(client_, nullptr)->finish(lines);
  }
  if (!lines.empty()) client_->write(lines);
}

void PublishStream::append_answers(std::string& out, const Part& part) {
  constexpr std::size_t line_bytes = 48;
  if (!errors_only_) out.reserve(out.size() + line_bytes * part.numbers.size());
  auto error = part.errors.begin();
  const auto append_errors = [&](std::size_t before) {
    for (; error != part.errors.end() && error->before <= before; ++error) {
      if (summary_) ++summary_->rejected;
      append_error_line(out, error->text, error->retry);
    }
  };
  const auto append_error = [&](std::size_t number, std::string_view text, bool retry) {
    if (summary_) ++summary_->rejected;
    append_error_line(out, fmt::format("{} {}: {}", name_of(kind_), number, text), retry);
  };
  for (std::size_t i = 0; i < part.numbers.size(); ++i) {
    append_errors(i);
    if (part.is_fenced) {
      append_error(part.numbers[i], "another writer has taken the topic over", false);
    } else if (const auto& result = part.results[i]; !result) {
      append_error(part.numbers[i], sentence(result.error(), context_.store), is_temporary(result.error()));
    } else {
      if (summary_) ++summary_->stored;
      if (!errors_only_) append_answer_line(out, "id", result.value());
    }
  }
  append_errors(part.numbers.size());
  const auto last = std::ranges::find_if(part.results.rbegin(), part.results.rend(),
                                         [](const auto& result) { return result.has_value(); });
  if (summary_ && last != part.results.rend()) summary_->last_id = last->value();
}

// A topic that is closed already is what `close` wanted; it accepts no `abort` event.
void PublishStream::append_last_answer(std::string& out, const Part& part) const {
  for (const auto& result : part.results) {
    if (result || result.error() == store::Rejection::closed) continue;
    append_error_line(out, fmt::format("{}: {}", part.asked_by, sentence(result.error(), context_.store)),
                      is_temporary(result.error()));
  }
}

void PublishStream::begin_answers() {
  if (!errors_only_) summary_.reset();
}

void PublishStream::append_summary(std::string& out) const {
  out += fmt::format("{{\"stored\":{},\"rejected\":{},\"last\":{}}}\n", summary_->stored, summary_->rejected,
                     summary_->last_id.empty() ? "null" : json_text(summary_->last_id));
}

// --- the end ---

void PublishStream::end(bool whole) {
  if (phase_ != Phase::open) return;
  if (postponed_) return void(postponed_->end = whole);
  end_now(whole);
}

void PublishStream::end_now(bool whole) {
  // The end of a body that was cut may be half an event.
  const bool well = whole && body_->finish(*this) == StreamedBody::End::well;
  append_found();
  if (phase_ != Phase::open) return;
  const auto& defaults = parameters_.defaults;
  if (well && parameters_.close_topics)
    append_last(
        "close",
        {.topics = defaults.topics, .silent = true, .closes = true, .is_private = defaults.is_private});
  if (!well) publish_abort();
  begin_ending(nullptr);
}

void PublishStream::publish_abort() {
  if (!parameters_.abort_type) return;
  const auto& defaults = parameters_.defaults;
  append_last("abort", {.topics = defaults.topics,
                        .event = {.data = R"({"reason":"disconnected"})", .type = *parameters_.abort_type},
                        .is_private = defaults.is_private});
}

void PublishStream::leave() {
  client_ = nullptr;
  take_postponed();
  if (std::exchange(phase_, Phase::over) == Phase::open) publish_abort();
  leave_list();
  grant_timer_.reset();
  wake_timer_.reset();
  lease_.reset();
  body_.reset();
}

void PublishStream::drain(std::chrono::milliseconds retry) {
  begin_ending(end_line("drain", fmt::format(",\"retryMs\":{}", retry.count())));
}

void PublishStream::end_blocked() { begin_ending(end_line("blocked")); }

void PublishStream::revoke() { begin_ending(end_line("revoked")); }

void PublishStream::check_idle(base::Instant now) {
  if (phase_ != Phase::open || held_ || !client_->may_be_stuck()) return;
  if (now - taken_at_ > idle_after) begin_ending(end_line("idle"));
}

void PublishStream::on_fenced(const std::string& by) {
  begin_ending(end_line("fenced", fmt::format(",\"writer\":{}", json_text(by))));
}

// Accepts no more bytes. Events that the store has not answered are still answered; what was postponed is as
// if it had not been read.
void PublishStream::begin_ending(std::unique_ptr<std::string> end_line) {
  if (phase_ != Phase::open) return;
  phase_ = Phase::ending;
  postponed_.reset();
  end_line_ = std::move(end_line);
  answer_parts();
}

void PublishStream::stop(std::string_view topic) {
  if (client_ != nullptr && phase_ == Phase::open)
    client_->write_now(fmt::format("{{\"stop\":{{\"topic\":{}}}}}\n", json_text(topic)));
}

// --- back-pressure ---

bool PublishStream::must_wait() {
  if (!client_->ready() || waiting_bytes_ > waiting_bytes_max) return true;
  if (context_.loop.timers().now() < paced_until_) return true;
  return has_store_too_much();
}

// Appends beyond the bound would be refused.
bool PublishStream::has_store_too_much() const {
  return context_.store.backlog().bytes > context_.settings.store_pending_bytes_max / 2;
}

void PublishStream::pace() {
  if (client_ == nullptr || phase_ != Phase::open) return;
  const bool wait = must_wait();
  // Otherwise a call of the client or of the store comes here again.
  if (wait && client_->ready() && parts_.empty()) wake_later();
  // Comes here again.
  if (!wait && postponed_) return take_postponed();
  if (wait == held_) return;
  held_ = wait;
  wait ? client_->hold() : client_->resume();
}

void PublishStream::wake_later() {
  if (!wake_timer_) wake_timer_ = std::make_unique<net::Timer>(context_.loop.timers(), [this] { pace(); });
  const auto now = context_.loop.timers().now();
  wake_timer_->arm(std::max(paced_until_, now + wake_interval));
}

}  // namespace worker::api
