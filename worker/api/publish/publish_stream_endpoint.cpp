#include "api/publish/publish_stream_endpoint.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/number.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

// How long a publisher must be silent to be one that waits for answers.
constexpr std::chrono::milliseconds pause_of_publisher{5};
// Answers that wait for that pause. A publisher that sends so much without one gets a summary.
constexpr std::size_t held_bytes_max = 524'288;
// Bytes that are read from a publisher while its stream is held.
constexpr std::size_t ahead_bytes_max = 131'072;
constexpr std::chrono::seconds idle_check_interval{10};
// Of its errors so many bytes are kept. All are counted.
constexpr std::size_t held_errors_bytes_max = 65'536;
// Up to this many bytes they do not count among those of all streams.
constexpr std::size_t short_bytes = 4'096;

// Proxies neither cache nor buffer it.
http::ResponseHead answers_head() {
  return {200,
          {{"Content-Type", "application/x-ndjson"},
           {"Cache-Control", "no-store, no-transform"},
           {"X-Accel-Buffering", "no"}}};
}

// The lines of `lines` that are errors, as many as fit into `bytes_max`.
std::string errors_of(std::string_view lines, std::size_t bytes_max) {
  std::string errors;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n') + 1);
    lines.remove_prefix(line.size());
    if (line.starts_with(R"({"error")") && errors.size() + line.size() <= bytes_max) errors += line;
  }
  return errors;
}

// A publish stream as the source of an exchange.
//
// nginx passes a body on while its answer is under way. But once it has sent the head of the answer, a body
// that has to wait for the worker a single time is never continued
// (ngx_http_upstream_send_request_handler), and no timeout ends the request. Hence:
// - The answer begins only when the publisher pauses. Before that nginx waits for the worker as it should.
// - Afterwards the worker always reads, also while the stream is held: what comes then waits here, up to
//   ahead_bytes_max. Publishers are told to have no more than 64 KiB under way that is not answered.
// - A publisher that is silent in the middle of a line is taken to be stuck: PublishStream::check_idle().
class StreamedPublish final : public http::Source, public PublishStream::Client {
 public:
  StreamedPublish(http::Exchange& exchange, const PublishStreamContext& context,
                  std::unique_ptr<PublishPlaces::Place> place, std::optional<std::uint64_t> content_length)
      : exchange_(exchange), context_(context), place_(std::move(place)), content_length_(content_length) {}
  ~StreamedPublish() override { stream_->leave(); }

  void begin(const Identity& identity, StreamParameters parameters, std::optional<base::Instant> grant_ends) {
    const auto answers = parameters.answers;
    stream_ = std::make_shared<PublishStream>(context_, *this, identity, std::move(parameters));
    held_ = std::make_unique<Held>(context_, [this] { open(); });
    if (answers == StreamParameters::Answers::all) open();
    if (answers == StreamParameters::Answers::errors) held_->waits_for_end = true;
    stream_->begin(grant_ends);
  }

  void on_body(std::string_view piece) override {
    received_ += piece.size();
    if (held_ && !held_->waits_for_end) held_->pause.arm_in(pause_of_publisher);
    ahead_ ? read_ahead(piece) : stream_->take(piece);
  }
  void on_body_end() override { ahead_ ? void(ahead_->is_last = true) : end(); }
  void on_drained() override { stream_->on_ready(); }
  void drain(std::chrono::milliseconds retry) override { stream_->drain(retry); }

 private:
  // Answers, until the answer has begun.
  struct Held {
    Held(const PublishStreamContext& context, std::function<void()> on_pause)
        : pause(context.loop.timers(), std::move(on_pause)), share(&context.unfinished) {}

    net::Timer pause;
    bool waits_for_end = false;           // no pause begins the answer
    base::ByteBudget::Reservation share;  // of lines, where these are long
    std::string lines{};
  };

  // Bytes that came while the stream was held.
  struct Ahead {
    Ahead(const PublishStreamContext& context, std::function<void()> on_resume)
        : resume(context.loop.timers(), std::move(on_resume)), share(&context.unfinished) {}

    net::Timer resume;
    base::ByteBudget::Reservation share;  // of bytes
    std::string bytes{};
    bool is_last = false;  // the body has ended
  };

  void end() { stream_->end(!content_length_ || *content_length_ == received_); }

  void read_ahead(std::string_view piece) {
    auto& bytes = ahead_->bytes;
    const auto size = bytes.size() + piece.size();
    // A piece is never refused: what has been read cannot be put back.
    const bool has_room = size <= ahead_bytes_max && ahead_->share.reserve(std::max(size, 2 * bytes.size()));
    bytes += piece;
    if (!has_room) exchange_.hold_body();
  }
  void take_ahead() {
    const auto ahead = std::exchange(ahead_, nullptr);
    exchange_.resume_body();
    if (!ahead->bytes.empty()) stream_->take(ahead->bytes);
    if (ahead->is_last) end();
  }

  // The answer begins.
  void open() {
    const auto held = std::exchange(held_, nullptr);
    if (!held) return;
    stream_->begin_answers();
    exchange_.open(answers_head());
    if (!held->lines.empty()) exchange_.write(held->lines);
  }

  // False if there is no room for them.
  bool hold_lines(std::string_view lines, std::size_t bytes_max) {
    auto& held = held_->lines;
    const auto size = held.size() + lines.size();
    if (size > bytes_max) return false;
    const auto capacity = std::max(size, 2 * held.size());
    if (size > held.capacity() && capacity > short_bytes && !held_->share.reserve(capacity)) return false;
    held += lines;
    return true;
  }

  // All errors are counted; of their lines as many are kept as there is room for.
  void keep_errors(std::string_view lines) { hold_lines(lines, held_errors_bytes_max); }

  void write(std::string_view lines) override {
    if (!held_) return exchange_.write(lines);
    if (!stream_->answers_all()) return keep_errors(lines);
    if (hold_lines(lines, held_bytes_max)) return;
    held_->pause.cancel();
    held_->waits_for_end = true;
    stream_->answer_errors_only();
    held_->lines = errors_of(held_->lines, held_errors_bytes_max);
    keep_errors(errors_of(lines, held_errors_bytes_max));
  }
  void finish(std::string_view last_lines) override {
    const auto held = std::exchange(held_, nullptr);
    if (!held) return exchange_.finish(last_lines);
    exchange_.open(answers_head());
    exchange_.finish(held->lines.append(last_lines));
  }
  void write_now(std::string_view lines) override {
    open();
    exchange_.write(lines);
  }
  bool ready() const override { return held_ || exchange_.ready(); }
  bool may_be_stuck() const override { return !held_; }
  void hold() override {
    if (held_) return exchange_.hold_body();
    if (!ahead_) ahead_ = std::make_unique<Ahead>(context_, [this] { take_ahead(); });
    ahead_->resume.cancel();
  }
  // In a turn of its own: the stream that calls this may be about to append an event.
  void resume() override { ahead_ ? ahead_->resume.arm_in({}) : exchange_.resume_body(); }

  http::Exchange& exchange_;
  const PublishStreamContext& context_;
  const std::unique_ptr<PublishPlaces::Place> place_;
  const std::optional<std::uint64_t> content_length_;  // none where the body came in chunks
  std::uint64_t received_ = 0;
  std::unique_ptr<Held> held_;    // null once the answer has begun
  std::unique_ptr<Ahead> ahead_;  // null while the stream takes what comes
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
  auto source = std::make_unique<StreamedPublish>(exchange, context_, std::move(place),
                                                  base::parse_number<std::uint64_t>(request.content_length));
  const auto grant_ends = publishers_.end_of(identity.value());
  source->begin(identity.value(), std::move(parameters).value(), grant_ends);
  exchange.keep(std::move(source));
  if (!idle_timer_.armed()) idle_timer_.arm_in(idle_check_interval);
}

}  // namespace worker::api
