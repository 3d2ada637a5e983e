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
constexpr std::chrono::milliseconds pause{5};
// Answers that wait for that pause. A publisher that sends so much without one gets a summary.
constexpr std::size_t held_bytes_max = 524'288;
// Of its errors so many bytes are kept. All are counted.
constexpr std::size_t held_errors_bytes_max = 65'536;

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
// nginx passes a body on while its answer is under way, but once it has sent the head of the answer, a body
// that the worker takes too slowly is not continued (ngx_http_upstream_send_request_handler): the publisher
// then waits until fastcgi_send_timeout ends the request. So the answer begins only when the publisher
// pauses, and with it a publisher that never pauses is slowed by the worker as it should be. Behind that
// point, publishers must not have more than about 128 KiB under way that is not answered.
class StreamedPublish final : public http::Source, public PublishStream::Client {
 public:
  StreamedPublish(http::Exchange& exchange, std::unique_ptr<PublishPlaces::Place> place,
                  std::optional<std::uint64_t> content_length)
      : exchange_(exchange), place_(std::move(place)), content_length_(content_length) {}
  ~StreamedPublish() override { stream_->leave(); }

  void begin(const PublishStreamContext& context, const Identity& identity, StreamParameters parameters,
             std::optional<base::Instant> grant_ends) {
    const auto answers = parameters.answers;
    stream_ = std::make_shared<PublishStream>(context, *this, identity, std::move(parameters));
    if (answers == StreamParameters::Answers::all) {
      open();
    } else if (answers == StreamParameters::Answers::automatic) {
      pause_timer_ = std::make_unique<net::Timer>(context.loop.timers(), [this] { open(); });
    }
    stream_->begin(grant_ends);
  }

  void on_body(std::string_view piece) override {
    received_ += piece.size();
    if (pause_timer_) pause_timer_->arm_in(pause);
    stream_->take(piece);
  }
  void on_body_end() override { stream_->end(!content_length_ || *content_length_ == received_); }
  void on_drained() override { stream_->on_ready(); }
  void drain(std::chrono::milliseconds retry) override { stream_->drain(retry); }

 private:
  // The answers begin.
  void open() {
    if (std::exchange(opened_, true)) return;
    pause_timer_.reset();
    stream_->begin_answers();
    exchange_.open(answers_head());
    if (!held_.empty()) exchange_.write(std::exchange(held_, {}));
  }

  void write(std::string_view lines) override {
    if (opened_) return exchange_.write(lines);
    held_ += lines;
    if (!stream_->answers_all()) {
      if (const auto end = held_.find('\n', held_errors_bytes_max); end != std::string::npos)
        held_.resize(end + 1);
    } else if (held_.size() > held_bytes_max) {
      pause_timer_.reset();
      stream_->answer_errors_only();
      held_ = errors_of(held_, held_errors_bytes_max);
    }
  }
  void finish(std::string_view last_lines) override {
    pause_timer_.reset();
    if (!opened_) exchange_.open(answers_head());
    exchange_.finish(std::exchange(held_, {}).append(last_lines));
  }
  void write_now(std::string_view lines) override {
    open();
    exchange_.write(lines);
  }
  bool ready() const override { return !opened_ || exchange_.ready(); }
  void hold() override { exchange_.hold_body(); }
  void resume() override { exchange_.resume_body(); }

  http::Exchange& exchange_;
  const std::unique_ptr<PublishPlaces::Place> place_;
  const std::optional<std::uint64_t> content_length_;  // none where the body came in chunks
  std::uint64_t received_ = 0;
  std::unique_ptr<net::Timer> pause_timer_;  // null where no pause begins the answer
  std::string held_;                         // answers, until it has begun
  bool opened_ = false;
  std::shared_ptr<PublishStream> stream_;
};

}  // namespace

PublishStreamEndpoint::PublishStreamEndpoint(net::Loop& loop, store::Store& store,
                                             const Publishers& publishers, PublishRate& rate,
                                             const PublishSettings& settings, PublishMetrics& metrics,
                                             base::ByteBudget& unfinished, SharedPublishStreams& shared)
    : publishers_(publishers), settings_(settings), shared_(shared), context_{loop,       store,
                                                                              rate,       settings_,
                                                                              metrics,    tools_,
                                                                              unfinished, shared.writers,
                                                                              open_,      found_} {}

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
  auto source = std::make_unique<StreamedPublish>(exchange, std::move(place),
                                                  base::parse_number<std::uint64_t>(request.content_length));
  const auto grant_ends = publishers_.end_of(identity.value());
  source->begin(context_, identity.value(), std::move(parameters).value(), grant_ends);
  exchange.keep(std::move(source));
}

}  // namespace worker::api
