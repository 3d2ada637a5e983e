#include "api/publish/publish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/publish/answer_lines.hpp"
#include "api/publish/draft_builder.hpp"
#include "api/publish/granted.hpp"
#include "api/publish/rejection.hpp"
#include "api/request/exchange_ref.hpp"
#include "api/request/request_body.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

// Larger bodies, and those with more lines, are parsed on the background thread: they would block the loop.
constexpr std::size_t body_bytes_on_loop = 65'536;
constexpr std::size_t lines_on_loop = 512;
// Bytes of bodies that may wait for the background thread or be parsed by it. A body of any size is accepted
// if it is the only one.
constexpr std::size_t background_bytes_max = 67'108'864;
// What is appended in one turn of the loop, see end_of_part(): about a millisecond of work, or one event.
constexpr std::size_t part_weight_max = 1'024;

// Fields are read from the body only. In the query they would be ignored, so they are refused. `key` and `id`
// are allowed: the web server may check a token `key`, and `id` may number requests.
std::optional<std::string_view> field_in_address(const http::Query& query) {
  for (const auto& [name, value] : query.pairs()) {
    for (const auto field : {Field::data, Field::event, Field::retry, Field::close, Field::is_private}) {
      if (name == name_of(field)) return name;
    }
    if (field_meant(name) == name_of(Field::topic)) return name;
  }
  return std::nullopt;
}

bool is_unavailable(const store::Kept& result) { return !result && is_temporary(result.error()); }

// One line for each item, in their order: what is wrong with it, or its result.
std::string batch_answer(const std::vector<BatchItem>& items, const std::vector<store::Kept>& results,
                         const store::Store& store) {
  // Bytes of a line with a generated id.
  constexpr std::size_t line_bytes = 48;
  std::string body;
  body.reserve(items.size() * line_bytes);
  auto next = results.begin();
  for (const auto& item : items) {
    const bool good = item.error.empty() && next->has_value();
    if (good) {
      append_answer_line(body, "id", next->value());
    } else {
      const auto& error = item.error.empty() ? sentence(next->error(), store) : item.error;
      append_answer_line(body, "error", fmt::format("line {}: {}", item.line, error));
    }
    if (item.error.empty()) ++next;
  }
  return body;
}

// True if there are `count` line ends or more; stops counting there.
bool has_lines(std::string_view text, std::size_t count) {
  for (auto end = text.find('\n'); end != std::string_view::npos && count > 0; end = text.find('\n', end + 1))
    --count;
  return count == 0;
}

// A compressed body may expand to any size.
bool is_large(const http::Request& request) {
  const auto coding = lower_case(request.header("content-encoding"));
  return request.body.size() > body_bytes_on_loop || coding == "gzip" || coding == "x-gzip" ||
         has_lines(request.body, lines_on_loop + 1);
}

using Drafts = std::vector<log::Draft>::iterator;

Drafts end_of_part(Drafts begin, Drafts end) {
  std::size_t weight = 0;
  for (auto draft = begin; draft != end; ++draft) {
    weight += 1 + draft->topics.size() + draft->event.data.size() / 1'024;
    if (weight > part_weight_max && draft != begin) return draft;
  }
  return end;
}

}  // namespace

namespace {

// Of /publish.
class OwnDialect final : public PublishDialect {
 public:
  explicit OwnDialect(const Publishers& publishers) : publishers_(publishers) {}

  base::Result<Identity, http::Response> identify(const http::Request& request) const override {
    return publishers_.identify(request);
  }
  std::optional<http::Response> address_problem(const http::Query& query) const override {
    const auto field = field_in_address(query);
    if (!field) return std::nullopt;
    return http::problem(400,
                         fmt::format("{}: must be in the body, not in the URL", base::printable(*field)));
  }
  PublishParser::Parsed parse(PublishParser& parser, const http::Request& request,
                              const PublishSettings& settings, PublishMetrics& metrics,
                              const log::Selectors* granted) const override {
    return parser.parse(request, settings, metrics, granted);
  }
  http::Response stored(const std::string& id) const override {
    std::string body;
    append_answer_line(body, "id", id);
    return http::plain_response("application/json", std::move(body));
  }

 private:
  const Publishers& publishers_;
};

}  // namespace

// A publish that the store has not answered, or not all of it.
struct PublishEndpoint::PendingPublish {
  PublishRequest request;
  // Null while serve() has the exchange: the memory store answers before append() returns.
  std::shared_ptr<ExchangeRef> ref;
  base::Instant begun;
  std::size_t size = request.drafts.size();
  std::size_t next = 0;  // draft to be appended
  std::vector<store::Kept> results{};
  std::optional<http::Response> answer{};  // while `ref` is null
};

PublishEndpoint::PublishEndpoint(net::Loop& loop, store::Store& store, const Publishers& publishers,
                                 PublishRate& rate, const PublishSettings& settings, PublishMetrics& metrics)
    : PublishEndpoint(loop, store, std::make_unique<OwnDialect>(publishers), rate, settings, metrics) {}

PublishEndpoint::PublishEndpoint(net::Loop& loop, store::Store& store,
                                 std::unique_ptr<const PublishDialect> dialect, PublishRate& rate,
                                 const PublishSettings& settings, PublishMetrics& metrics)
    : loop_(loop),
      store_(store),
      dialect_(std::move(dialect)),
      rate_(rate),
      settings_(settings),
      metrics_(metrics),
      background_(loop) {}

// Whole seconds: that is what Retry-After can say.
std::optional<http::Response> PublishEndpoint::rate_refusal(const Identity& identity, std::size_t events) {
  const auto wait = rate_.refuse(identity.subject(), events, loop_.timers().now());
  if (!wait) return std::nullopt;
  metrics_.rejected.add(events);
  metrics_.limits.count(metrics::Limit::publish_rate);
  return http::problem(
      429,
      "This user publishes more events per second than publish.subject_events_per_second_max "
      "allows. Retry later",
      {{"Retry-After", fmt::format("{}", std::chrono::ceil<std::chrono::seconds>(*wait).count())}});
}

void PublishEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  auto identity = dialect_->identify(request);
  if (!identity) return exchange.answer(identity.error());
  metrics_.bytes.add(request.body.size());
  if (const auto refusal = dialect_->address_problem(request.query)) return exchange.answer(*refusal);
  if (is_large(request)) return parse_in_background(exchange, std::move(identity).value());
  const auto begun = loop_.timers().now();
  auto parsed = dialect_->parse(parser_, request, settings_, metrics_, granted_topics(identity.value()));
  if (const auto* refusal = std::get_if<http::Response>(&parsed)) return exchange.answer(*refusal);
  auto& publish = std::get<PublishRequest>(parsed);
  if (const auto refusal = rate_refusal(identity.value(), publish.drafts.size()))
    return exchange.answer(*refusal);
  const auto pending = std::make_shared<PendingPublish>(PendingPublish{std::move(publish), nullptr, begun});
  append(pending);
  if (pending->answer) return exchange.answer(*pending->answer);
  pending->ref = answer_later(exchange);
}

void PublishEndpoint::parse_in_background(http::Exchange& exchange, Identity identity) {
  const auto bytes = exchange.request().body.size();
  if (background_bytes_ > 0 && background_bytes_ + bytes > background_bytes_max) {
    metrics_.rejected.add();
    return exchange.answer(http::problem(503, "Too many large publish requests at the moment. Retry later.",
                                         {{"Retry-After", "1"}}));
  }
  background_bytes_ += bytes;
  http::Request request{.content_type = exchange.request().content_type,
                        .headers = exchange.request().headers,
                        .body = exchange.take_body()};
  background_.run([this, bytes, ref = answer_later(exchange), begun = loop_.timers().now(),
                   settings = settings_, request = std::move(request), identity = std::move(identity)] {
    auto parsed = std::make_shared<PublishParser::Parsed>(
        dialect_->parse(background_parser_, request, settings, metrics_, granted_topics(identity)));
    return [this, bytes, ref, begun, parsed, identity] {
      background_bytes_ -= bytes;
      if (auto* publish = std::get_if<PublishRequest>(parsed.get())) {
        auto refusal = rate_refusal(identity, publish->drafts.size());
        if (!refusal)
          return append(std::make_shared<PendingPublish>(PendingPublish{std::move(*publish), ref, begun}));
        *parsed = *std::move(refusal);
      }
      if (ref->exchange != nullptr) ref->exchange->answer(std::get<http::Response>(*parsed));
    };
  });
}

// Appends the next part, and the part after it in the next turn of the loop.
void PublishEndpoint::append(const std::shared_ptr<PendingPublish>& pending) {
  auto& next = pending->next;
  const auto size = pending->size;
  auto& drafts = pending->request.drafts;
  const auto& results = pending->results;
  // The part before could not be stored, so the rest cannot be either.
  if (!results.empty() && is_unavailable(results.back()))
    return on_appended(*pending, std::vector<store::Kept>(size - next, results.back()));
  if (next == 0) dialect_->before_append(drafts);
  const auto begin = drafts.begin() + static_cast<std::ptrdiff_t>(next);
  const auto end = end_of_part(begin, drafts.end());
  next += static_cast<std::size_t>(end - begin);
  std::vector<log::Draft> part;
  if (next == size && begin == drafts.begin()) {
    part = std::move(drafts);
  } else {
    part.assign(std::move_iterator(begin), std::move_iterator(end));
  }
  store_.append(std::move(part), [this, pending](std::vector<store::Kept> kept) {
    if (loop_.on_thread()) return on_appended(*pending, std::move(kept));
    loop_.post([this, pending, kept = std::move(kept)] { on_appended(*pending, kept); });
  });
  if (next < size) loop_.post([this, pending] { append(pending); });
}

void PublishEndpoint::on_appended(PendingPublish& pending, std::vector<store::Kept> kept) {
  auto& results = pending.results;
  if (results.empty()) {
    results = std::move(kept);
  } else {
    std::ranges::move(kept, std::back_inserter(results));
  }
  if (results.size() < pending.size) return;
  const auto good = std::ranges::count_if(results, [](const auto& result) { return result.has_value(); });
  metrics_.events.add(static_cast<std::uint64_t>(good));
  metrics_.rejected.add(results.size() - static_cast<std::uint64_t>(good));
  const auto time =
      std::chrono::duration_cast<std::chrono::microseconds>(loop_.timers().now() - pending.begun);
  metrics_.latency.observe(static_cast<std::uint64_t>(time.count()));
  if (!pending.ref) {
    pending.answer = answer_of(pending);
  } else if (pending.ref->exchange != nullptr) {
    pending.ref->exchange->answer(answer_of(pending));
  }
}

http::Response PublishEndpoint::answer_of(const PendingPublish& pending) const {
  const auto& results = pending.results;
  if (!pending.request.batch) {
    const auto& kept = results.front();
    if (!kept) return refusal(kept.error(), store_);
    return dialect_->stored(kept.value());
  }
  const auto unavailable = std::ranges::find_if(results, is_unavailable);
  if (unavailable == results.end())
    return http::plain_response("application/x-ndjson", batch_answer(pending.request.items, results, store_));
  // Parts that were appended before may be stored.
  const bool some = std::ranges::any_of(results, [](const auto& result) { return result.has_value(); });
  return refusal(some ? store::Rejection::outcome_unknown : unavailable->error(), store_);
}

}  // namespace worker::api
