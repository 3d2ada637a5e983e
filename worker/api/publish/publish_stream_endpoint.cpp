#include "api/publish/publish_stream_endpoint.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/number.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

// A publisher that is silent for so long waits for answers. If the socket was nearly full, the web server may
// have bytes to pass on and wait for the CPU, so the worker waits longer.
constexpr std::chrono::milliseconds pause{5};
constexpr std::chrono::milliseconds pause_of_full_socket{1'000};
// Bytes of answers that wait for that pause. A publisher that causes more of them without a pause gets a
// summary.
constexpr std::size_t held_bytes_max = 524'288;
// Bytes of errors that are kept for such a publisher. All errors are counted.
constexpr std::size_t held_errors_bytes_max = 65'536;
// Answers up to this many bytes do not count as memory of unfinished bodies.
constexpr std::size_t uncounted_bytes = 4'096;
constexpr std::chrono::minutes idle_check_interval{1};

// No proxy may cache or buffer it.
http::ResponseHead answers_head() {
  return {200,
          {{"Content-Type", "application/x-ndjson"},
           {"Cache-Control", "no-store, no-transform"},
           {"X-Accel-Buffering", "no"}}};
}

// If so many bytes wait in the socket, the web server may have found it full.
constexpr std::size_t full_socket_bytes = 65'536;
// How long the worker then waits for the rest of an event, once the answer has begun.
constexpr std::chrono::seconds blocked_after{10};

// StreamedPublish: a publish stream as the source of an exchange, which owns it.
//
// nginx passes a body on while the answer is under way. But once nginx has sent the head of the answer, a
// body that had to wait because the socket was full is not continued
// (ngx_http_upstream_send_request_handler), and fastcgi_send_timeout does not end the request. So the answer
// begins only when the publisher pauses, and a publisher that never pauses can be slowed by the worker. After
// the answer has begun, a publisher must not have more than about 64 KiB under way that is not answered. If
// it has more, it is told as soon as that can be known: the socket was nearly full, and the rest of an event
// does not come.
class StreamedPublish final : public http::Source, public PublishStream::Client {
 public:
  StreamedPublish(http::Exchange& exchange, net::Timers& timers, base::ByteBudget& unfinished,
                  std::unique_ptr<PublishPlaces::Place> place, std::optional<std::uint64_t> content_length)
      : exchange_(exchange),
        timers_(timers),
        share_(&unfinished),
        place_(std::move(place)),
        content_length_(content_length) {}
  // leave() may need memory; without it the worker ends, here as elsewhere.
  ~StreamedPublish() override { stream_->leave(); }  // NOLINT(bugprone-exception-escape)

  void begin(const PublishStreamContext& context, const Identity& identity, StreamParameters parameters,
             std::optional<base::Instant> grant_ends) {
    const auto answers = parameters.answers;
    stream_ = std::make_shared<PublishStream>(context, *this, identity, std::move(parameters));
    if (answers == StreamParameters::Answers::all) {
      open();
    } else if (answers == StreamParameters::Answers::automatic) {
      timer_ = std::make_unique<net::Timer>(timers_, [this] { on_pause(); });
    }
    stream_->begin(grant_ends);
  }

  void on_body(std::string_view piece) override {
    received_ += piece.size();
    wait_for_silence();
    stream_->take(piece);
  }
  void on_body_end() override { stream_->end(!content_length_ || *content_length_ == received_); }
  void on_drained() override { stream_->on_ready(); }
  void drain(std::chrono::milliseconds retry) override { stream_->drain(retry); }

 private:
  // The answers begin.
  void open() {
    if (std::exchange(opened_, true)) return;
    timer_.reset();
    stream_->begin_answers();
    wait_for_silence();
    exchange_.open(answers_head());
    if (!held_.empty()) exchange_.write(std::exchange(held_, {}));
    share_.release();
  }

  void write(std::string_view lines) override {
    if (opened_) return exchange_.write(lines);
    if (!stream_->answers_all()) return keep_errors(lines);
    if (has_room_for(lines)) return void(held_ += lines);
    timer_.reset();
    stream_->answer_errors_only();
    keep_errors(std::exchange(held_, {}));
    keep_errors(lines);
  }
  // False: the publisher gets a summary instead.
  bool has_room_for(std::string_view lines) {
    const auto size = held_.size() + lines.size();
    // A string that grows takes up to twice its size.
    return size <= held_bytes_max && (size <= uncounted_bytes || share_.reserve(2 * size));
  }
  // Keeps the first errors, as many as may be kept.
  void keep_errors(std::string_view lines) {
    while (!lines.empty() && !errors_are_full_) {
      const auto line = lines.substr(0, lines.find('\n') + 1);
      lines.remove_prefix(line.size());
      if (!line.starts_with(R"({"error")")) continue;
      errors_are_full_ = held_.size() + line.size() > held_errors_bytes_max;
      if (!errors_are_full_) held_ += line;
    }
  }
  void finish(std::string_view last_lines) override {
    timer_.reset();
    if (!opened_) exchange_.open(answers_head());
    exchange_.finish(std::exchange(held_, {}).append(last_lines));
  }
  void write_now(std::string_view lines) override {
    open();
    exchange_.write(lines);
  }
  bool may_be_stuck() const override { return opened_; }
  bool ready() const override { return !opened_ || exchange_.ready(); }
  void hold() override {
    is_held_ = may_be_blocked_ = true;
    if (timer_) timer_->cancel();
    exchange_.hold_body();
  }
  void resume() override {
    is_held_ = false;
    wait_for_silence();
    exchange_.resume_body();
  }

  // Until the answer begins, silence means that the publisher pauses; afterwards, that the web server may not
  // continue the body. While the body is held, silence means nothing.
  void wait_for_silence() {
    may_be_blocked_ = may_be_blocked_ || is_held_ || exchange_.waiting_body_bytes() >= full_socket_bytes;
    if (is_held_) return;
    if (!opened_) {
      if (timer_) timer_->arm_in(may_be_blocked_ ? pause_of_full_socket : pause);
      return;
    }
    if (!may_be_blocked_) return;
    if (!timer_) timer_ = std::make_unique<net::Timer>(timers_, [this] { on_blocked(); });
    timer_->arm_in(blocked_after);
  }
  void on_pause() {
    // The loop may have been busy for so long, while the publisher did not pause.
    if (exchange_.waiting_body_bytes() > 0) return wait_for_silence();
    open();
  }
  void on_blocked() {
    if (stream_->is_inside_event()) return stream_->end_blocked();
    may_be_blocked_ = false;
    timer_.reset();
  }

  http::Exchange& exchange_;
  net::Timers& timers_;
  base::ByteBudget::Reservation share_;  // of held_
  const std::unique_ptr<PublishPlaces::Place> place_;
  const std::optional<std::uint64_t> content_length_;  // none if the body comes in chunks
  std::uint64_t received_ = 0;
  // For the pause that begins the answer; later for the rest of an event. Null if it waits for neither.
  std::unique_ptr<net::Timer> timer_;
  std::string held_;  // answers, until the answer begins
  bool opened_ = false;
  bool errors_are_full_ = false;
  bool is_held_ = false;         // the body
  bool may_be_blocked_ = false;  // the web server may have found the socket full
  std::shared_ptr<PublishStream> stream_;
};

}  // namespace

PublishStreamEndpoint::PublishStreamEndpoint(net::Loop& loop, store::Store& store,
                                             const Publishers& publishers, PublishRate& rate,
                                             const PublishSettings& settings, PublishMetrics& metrics,
                                             base::ByteBudget& unfinished, SharedPublishStreams& shared)
    : publishers_(publishers),
      settings_(settings),
      shared_(shared),
      context_{loop, store, rate, settings_, metrics, tools_, unfinished, shared.writers, open_, found_},
      idle_timer_(loop.timers(), [this] { check_idle(); }) {}

void PublishStreamEndpoint::check_idle() {
  const auto now = context_.loop.timers().now();
  open_.each([now](OpenPublisher& publisher) { publisher.check_idle(now); });
  if (!open_.empty()) idle_timer_.arm_in(idle_check_interval);
}

void PublishStreamEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  auto identity = publishers_.identify(request);
  if (!identity) return exchange.answer(identity.error());
  auto parameters = stream_parameters(request, settings_);
  if (!parameters) return exchange.answer(parameters.error());
  if (const auto refused = publishers_.topics_problem(identity.value(), parameters.value().defaults.topics))
    return exchange.answer(*refused);
  auto place = shared_.places.take(settings_.streams_max);
  if (!place) {
    context_.metrics.limits.count(metrics::Limit::publish_streams);
    return exchange.answer(http::problem(503, too_many_publish_streams(settings_), {{"Retry-After", "1"}}));
  }
  auto source = std::make_unique<StreamedPublish>(exchange, context_.loop.timers(), context_.unfinished,
                                                  std::move(place),
                                                  base::parse_number<std::uint64_t>(request.content_length));
  const auto grant_ends = publishers_.end_of(identity.value());
  source->begin(context_, identity.value(), std::move(parameters).value(), grant_ends);
  exchange.keep(std::move(source));
  if (!idle_timer_.armed()) idle_timer_.arm_in(idle_check_interval);
}

}  // namespace worker::api
