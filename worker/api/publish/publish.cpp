#include "api/publish/publish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/publish/draft_builder.hpp"
#include "api/request/caller.hpp"
#include "api/request/quoted.hpp"
#include "api/request/request_body.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

// Larger bodies, and those with more lines, are parsed on the side thread: they would block the loop.
constexpr std::size_t body_bytes_here = 65'536;
constexpr std::size_t lines_here = 512;
// Bytes of bodies that may wait for that thread or be parsed by it; a body of any size may be there alone.
constexpr std::size_t aside_bytes_max = 67'108'864;
// Bytes that are appended in one turn of the loop: a millisecond of work, or one event.
constexpr std::size_t part_weight_max = 1'024;

// Fields are read from the body only, so one in the query would be ignored: these are refused instead. `key`
// and `id` are not among them: the web server may check a token `key`, and `id` may number requests.
std::optional<std::string_view> field_in_address(const http::Query& query) {
  for (const auto& [name, value] : query.pairs()) {
    for (const auto field : {Field::data, Field::event, Field::retry, Field::close}) {
      if (name == name_of(field)) return name;
    }
    if (field_meant(name) == name_of(Field::topic)) return name;
  }
  return std::nullopt;
}

std::string sentence(store::Rejection rejection, const store::Store& store) {
  switch (rejection) {
    case store::Rejection::closed:
      return "topic: is closed and accepts no more events";
    case store::Rejection::reserved:
      return "id: has the form of a generated id; choose another";
    case store::Rejection::conflict:
      return "id: another event has this id; ids are unique across all topics. Use a new id, or send the "
             "same "
             "event again";
    case store::Rejection::outcome_unknown:
      return "The outcome is unknown: the event may have been stored. Retry later; a retry with the same "
             "`id` cannot create a duplicate.";
    case store::Rejection::full:
      return "Too many publishes are waiting for the store. Retry later; the operator can raise "
             "store.pending_bytes_max.";
    case store::Rejection::unavailable:
      break;
  }
  return fmt::format("The store is unavailable ({}). Retry later.",
                     store.unavailable_reason().value_or("it is available again"));
}

http::Response refusal(store::Rejection rejection, const store::Store& store) {
  const auto detail = sentence(rejection, store);
  switch (rejection) {
    case store::Rejection::closed:
    case store::Rejection::conflict:
      return http::problem(409, detail);
    case store::Rejection::reserved:
      return http::problem(400, detail);
    case store::Rejection::unavailable:
    case store::Rejection::full:
    case store::Rejection::outcome_unknown:
      break;
  }
  return http::problem(503, detail, {{"Retry-After", "1"}});
}

bool is_unavailable(const store::Kept& result) {
  return !result &&
         (result.error() == store::Rejection::unavailable || result.error() == store::Rejection::full ||
          result.error() == store::Rejection::outcome_unknown);
}

// `{"NAME":"TEXT"}` and a line end.
void append_line(std::string& out, std::string_view name, std::string_view text) {
  out.append("{\"").append(name).append("\":");
  append_json_string(out, text);
  out.append("}\n");
}

// One line per item: the mistakes that are known already, and the results of the others in their order.
std::string batch_answer(const std::vector<BatchItem>& items, const std::vector<store::Kept>& results,
                         const store::Store& store) {
  // Bytes of a line with an id that the hub gives.
  constexpr std::size_t line_bytes = 48;
  std::string body;
  body.reserve(items.size() * line_bytes);
  auto next = results.begin();
  for (const auto& item : items) {
    const bool good = item.error.empty() && next->has_value();
    if (good) {
      append_line(body, "id", next->value());
    } else {
      const auto& error = item.error.empty() ? sentence(next->error(), store) : item.error;
      append_line(body, "error", fmt::format("line {}: {}", item.line, error));
    }
    if (item.error.empty()) ++next;
  }
  return body;
}

// True for so many lines or more; stops counting there.
bool has_lines(std::string_view text, std::size_t count) {
  for (auto end = text.find('\n'); end != std::string_view::npos && count > 0; end = text.find('\n', end + 1))
    --count;
  return count == 0;
}

// A compressed body may expand to any size.
bool is_large(const http::Request& request) {
  const auto coding = lower_case(request.header("content-encoding"));
  return request.body.size() > body_bytes_here || coding == "gzip" || coding == "x-gzip" ||
         has_lines(request.body, lines_here + 1);
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

// The link to a publisher's request, which may end before its answer is ready. Loop thread only.
struct PublishEndpoint::ExchangeRef {
  http::Exchange* exchange;
};

// A publish on its way into the store.
struct PublishEndpoint::PendingPublish {
  PublishRequest publication;
  std::shared_ptr<ExchangeRef> link;
  base::Instant begun;
  std::size_t size = publication.drafts.size();
  std::size_t next = 0;  // draft to be appended
  std::vector<store::Kept> results{};
};

// An answer that waits for the store, which may finish on another thread and after the publisher left.
class PublishEndpoint::PendingResponse final : public http::Source {
 public:
  explicit PendingResponse(std::shared_ptr<ExchangeRef> link) : link_(std::move(link)) {}
  ~PendingResponse() override { link_->exchange = nullptr; }
  // A publish that has begun is completed.
  void drain(std::chrono::milliseconds /*retry*/) override {}

 private:
  const std::shared_ptr<ExchangeRef> link_;
};

PublishEndpoint::PublishEndpoint(net::Loop& loop, store::Store& store, const PublishSettings& settings,
                                 PublishMetrics& metrics)
    : loop_(loop), store_(store), settings_(settings), metrics_(metrics), background_(loop) {}

bool PublishEndpoint::is_authorized(const http::Request& request) const {
  return settings_.key.empty() || has_bearer_key(request, settings_.key);
}

void PublishEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  if (!is_authorized(request)) {
    return exchange.answer(http::problem(401,
                                         "Publishing needs `Authorization: Bearer` with the configured key.",
                                         {{"WWW-Authenticate", "Bearer"}}));
  }
  metrics_.bytes.add(request.body.size());
  if (const auto field = field_in_address(request.query)) {
    return exchange.answer(
        http::problem(400, fmt::format("{}: must be in the body, not in the URL", base::printable(*field))));
  }
  if (is_large(request)) return parse_in_background(exchange);
  const auto begun = loop_.timers().now();
  auto read = parser_.read(request, settings_, metrics_);
  if (const auto* refusal = std::get_if<http::Response>(&read)) return exchange.answer(*refusal);
  append(std::make_shared<PendingPublish>(
      PendingPublish{std::get<PublishRequest>(std::move(read)), wait(exchange), begun}));
}

std::shared_ptr<PublishEndpoint::ExchangeRef> PublishEndpoint::wait(http::Exchange& exchange) {
  auto link = std::make_shared<ExchangeRef>(ExchangeRef{&exchange});
  exchange.keep(std::make_unique<PendingResponse>(link));
  return link;
}

void PublishEndpoint::parse_in_background(http::Exchange& exchange) {
  const auto bytes = exchange.request().body.size();
  if (background_bytes_ > 0 && background_bytes_ + bytes > aside_bytes_max) {
    metrics_.rejected.add();
    return exchange.answer(http::problem(503, "Too many large publish requests at the moment. Retry later.",
                                         {{"Retry-After", "1"}}));
  }
  background_bytes_ += bytes;
  http::Request request{.content_type = exchange.request().content_type,
                        .headers = exchange.request().headers,
                        .body = exchange.take_body()};
  background_.run([this, bytes, link = wait(exchange), begun = loop_.timers().now(), settings = settings_,
                   request = std::move(request)] {
    auto read = std::make_shared<Read>(background_parser_.read(request, settings, metrics_));
    return [this, bytes, link, begun, read] {
      background_bytes_ -= bytes;
      if (auto* publication = std::get_if<PublishRequest>(read.get()))
        return append(std::make_shared<PendingPublish>(PendingPublish{std::move(*publication), link, begun}));
      if (link->exchange != nullptr) link->exchange->answer(std::get<http::Response>(*read));
    };
  });
}

// Appends the next part, and the part after it in the next turn of the loop.
void PublishEndpoint::append(const std::shared_ptr<PendingPublish>& appending) {
  auto& next = appending->next;
  const auto size = appending->size;
  auto& drafts = appending->publication.drafts;
  const auto& results = appending->results;
  // The part before could not be stored, so the rest cannot be either.
  if (!results.empty() && is_unavailable(results.back()))
    return take(*appending, std::vector<store::Kept>(size - next, results.back()));
  const auto begin = drafts.begin() + static_cast<std::ptrdiff_t>(next);
  const auto end = end_of_part(begin, drafts.end());
  next += static_cast<std::size_t>(end - begin);
  std::vector<log::Draft> part;
  if (next == size && begin == drafts.begin()) {
    part = std::move(drafts);
  } else {
    part.assign(std::move_iterator(begin), std::move_iterator(end));
  }
  store_.append(std::move(part), [this, appending](std::vector<store::Kept> kept) {
    if (loop_.on_thread()) return take(*appending, std::move(kept));
    loop_.post([this, appending, kept = std::move(kept)] { take(*appending, kept); });
  });
  if (next < size) loop_.post([this, appending] { append(appending); });
}

void PublishEndpoint::take(PendingPublish& appending, std::vector<store::Kept> kept) {
  auto& results = appending.results;
  if (results.empty()) {
    results = std::move(kept);
  } else {
    std::ranges::move(kept, std::back_inserter(results));
  }
  if (results.size() < appending.size) return;
  const auto good = std::ranges::count_if(results, [](const auto& result) { return result.has_value(); });
  metrics_.events.add(static_cast<std::uint64_t>(good));
  metrics_.rejected.add(results.size() - static_cast<std::uint64_t>(good));
  const auto time =
      std::chrono::duration_cast<std::chrono::microseconds>(loop_.timers().now() - appending.begun);
  metrics_.latency.observe(static_cast<std::uint64_t>(time.count()));
  if (appending.link->exchange != nullptr) appending.link->exchange->answer(answer_of(appending));
}

http::Response PublishEndpoint::answer_of(const PendingPublish& appending) const {
  const auto& results = appending.results;
  if (!appending.publication.batch) {
    const auto& kept = results.front();
    if (!kept) return refusal(kept.error(), store_);
    std::string body;
    append_line(body, "id", kept.value());
    return http::plain_response("application/json", std::move(body));
  }
  const auto lacking = std::ranges::find_if(results, is_unavailable);
  if (lacking == results.end())
    return http::plain_response("application/x-ndjson",
                                batch_answer(appending.publication.items, results, store_));
  // Parts that were appended before may be stored.
  const bool some = std::ranges::any_of(results, [](const auto& result) { return result.has_value(); });
  return refusal(some ? store::Rejection::outcome_unknown : lacking->error(), store_);
}

}  // namespace worker::api
