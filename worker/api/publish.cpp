#include "api/publish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/draft_builder.hpp"
#include "api/request_body.hpp"
#include "base/shown.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

using Json = nlohmann::ordered_json;

// An answer that waits for the journal, which may finish on another thread and after the publisher left.
class PendingAnswer final : public http::Source {
 public:
  /// Shared with the journal's callback; touched on the loop only.
  struct Link {
    http::Exchange* exchange;
  };
  explicit PendingAnswer(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  ~PendingAnswer() override { link_->exchange = nullptr; }
  // A publish under way completes.
  void drain(std::chrono::milliseconds /*retry*/) override {}

 private:
  const std::shared_ptr<Link> link_;
};

// In a time that does not depend on where they differ.
bool same_secret(std::string_view given, std::string_view expected) {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned>(given[i] ^ expected[i % expected.size()]);
  }
  return difference == 0;
}

// What follows `Bearer`, in any case, and the blanks behind it (RFC 9110, section 11.4: one or more).
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer";
  if (lower_case(authorization.substr(0, scheme.size())) != scheme) return {};
  const auto rest = authorization.substr(scheme.size());
  const auto begin = rest.find_first_not_of(" \t");
  return begin == 0 || begin == std::string_view::npos ? std::string_view() : rest.substr(begin);
}

// An event in the address would be dropped in silence. Only what is surely meant for us: `key` may be a
// token that the web server checks.
std::optional<std::string_view> field_in_address(const http::Query& query) {
  for (const auto& [name, value] : query.pairs()) {
    if (name == name_of(Field::data) || field_meant(name) == name_of(Field::topic)) return name;
  }
  return std::nullopt;
}

std::string sentence(journal::Rejection rejection, const journal::Journal& journal) {
  switch (rejection) {
    case journal::Rejection::closed:
      return "topic: is closed; what it was for has ended";
    case journal::Rejection::reserved:
      return "id: looks like one of the hub's own; choose another";
    case journal::Rejection::conflict:
      return "id: another event has this id; ids are unique in the whole hub. Use a new id, or send the same "
             "event again";
    case journal::Rejection::unconfirmed:
      return "It is not known whether the event was kept. Send it again later; with the same id, if it has "
             "one "
             "of its own, it is never kept twice.";
    case journal::Rejection::unavailable:
      break;
  }
  return fmt::format("The event could not be kept ({}); send it again later.",
                     journal.trouble().value_or("it is well again"));
}

http::Response refusal(journal::Rejection rejection, const journal::Journal& journal) {
  const auto detail = sentence(rejection, journal);
  switch (rejection) {
    case journal::Rejection::closed:
    case journal::Rejection::conflict:
      return http::problem(409, detail);
    case journal::Rejection::reserved:
      return http::problem(400, detail);
    case journal::Rejection::unavailable:
    case journal::Rejection::unconfirmed:
      break;
  }
  return http::problem(503, detail, {{"Retry-After", "1"}});
}

bool is_unavailable(const journal::Journal::Kept& result) {
  return !result && (result.error() == journal::Rejection::unavailable ||
                     result.error() == journal::Rejection::unconfirmed);
}

// `{"NAME":"TEXT"}` and a line end. An id of the hub's own, of which a batch has thousands, needs no escapes.
void append_line(std::string& out, std::string_view name, std::string_view text) {
  const bool plain =
      std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  out.append("{\"").append(name).append("\":");
  if (plain) {
    out.append("\"").append(text).append("\"");
  } else {
    out.append(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  out.append("}\n");
}

// find() looks at many bytes at once, std::count() at one.
std::size_t line_count(std::string_view text) {
  std::size_t count = 1;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) ++count;
  return count;
}

// An item of a batch: where it stands, and what is wrong with it; nothing, if it goes to the journal.
struct Item {
  std::size_t line;
  std::string error;
};

// One line per item: the mistakes that are known already, and the results of the others in their order.
std::string batch_answer(const std::vector<Item>& items, const std::vector<journal::Journal::Kept>& results,
                         const journal::Journal& journal) {
  // What a line with an id of the hub's own takes.
  constexpr std::size_t line_bytes = 48;
  std::string body;
  body.reserve(items.size() * line_bytes);
  auto next = results.begin();
  for (const auto& item : items) {
    const bool good = item.error.empty() && next->has_value();
    if (good) {
      append_line(body, "id", next->value());
    } else {
      const auto& error = item.error.empty() ? sentence(next->error(), journal) : item.error;
      append_line(body, "error", fmt::format("line {}: {}", item.line, error));
    }
    if (item.error.empty()) ++next;
  }
  return body;
}

}  // namespace

PublishMetrics::PublishMetrics(metrics::Registry& registry)
    : events(registry.counter("sse_worker_published_events_total", "Events taken into the journal.")),
      bytes(registry.counter("sse_worker_published_bytes_total", "Bytes of the bodies of publishes.")),
      rejected(registry.counter("sse_worker_rejected_events_total", "Events refused to their publishers.")),
      latency(registry.histogram(
          "sse_worker_publish_seconds", "From a complete publish request to its events being kept.",
          {50, 100, 250, 500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000, 1'000'000}, 1e-6)),
      limits(registry) {}

void PublishMetrics::count(const DraftError& error) {
  rejected.add();
  if (error.limit) limits.count(*error.limit);
}

PublishEndpoint::PublishEndpoint(net::Loop& loop, journal::Journal& journal, const PublishSettings& settings,
                                 PublishMetrics& metrics)
    : loop_(loop), journal_(journal), settings_(settings), metrics_(metrics) {}

bool PublishEndpoint::admits(const http::Request& request) const {
  return settings_.key.empty() || same_secret(bearer_token(request.header("authorization")), settings_.key);
}

void PublishEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  if (!admits(request)) {
    return exchange.answer(http::problem(401,
                                         "Publishing needs `Authorization: Bearer` with the configured key.",
                                         {{"WWW-Authenticate", "Bearer"}}));
  }
  metrics_.bytes.add(request.body.size());
  if (const auto field = field_in_address(request.query)) {
    return exchange.answer(
        http::problem(400, fmt::format("{}: must be in the body, not in the address", base::shown(*field))));
  }
  std::string expanded;
  const auto body = expanded_body(request, expanded, settings_.body_bytes_max);
  if (!body) {
    if (body.error().head.status == 413) metrics_.limits.count(metrics::Limit::body_bytes);
    return exchange.answer(body.error());
  }
  const auto type = media_type(request);
  if (type == "application/x-www-form-urlencoded") {
    return publish_one(exchange, draft_from_form(body.value(), settings_));
  }
  if (type == "application/json") {
    return publish_one(exchange, json_.parse(padded(body.value()), settings_));
  }
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl") {
    return publish_batch(exchange, padded(body.value()));
  }
  exchange.answer(http::problem(
      415,
      "Content-Type: must be application/x-www-form-urlencoded, application/json or application/x-ndjson"));
}

std::string_view PublishEndpoint::padded(std::string_view body) {
  // One large body must not tie up its memory for good.
  constexpr std::size_t kept_bytes = 1'048'576;
  if (padded_.capacity() > kept_bytes) padded_ = {};
  padded_.assign(body).append(JsonDraftParser::padding, ' ');
  return std::string_view(padded_).substr(0, body.size());
}

void PublishEndpoint::publish_one(http::Exchange& exchange, DraftResult draft) {
  if (!draft) {
    metrics_.count(draft.error());
    return exchange.answer(http::problem(draft.error().status, draft.error().detail));
  }
  std::vector<journal::Draft> drafts;
  drafts.push_back(std::move(draft).value());
  append(exchange, std::move(drafts), [this](const std::vector<journal::Journal::Kept>& results) {
    const auto& kept = results.front();
    if (!kept) return refusal(kept.error(), journal_);
    std::string body;
    append_line(body, "id", kept.value());
    return http::plain_response("application/json", std::move(body));
  });
}

void PublishEndpoint::publish_batch(http::Exchange& exchange, std::string_view body) {
  std::vector<journal::Draft> drafts;
  std::vector<Item> items;
  const auto lines = std::min(line_count(body), settings_.batch_max);
  drafts.reserve(lines);
  items.reserve(lines);
  for (std::size_t number = 1; !body.empty(); ++number) {
    const auto end = std::min(body.find('\n'), body.size());
    const auto line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (items.size() == settings_.batch_max) {
      metrics_.limits.count(metrics::Limit::batch);
      return exchange.answer(http::problem(
          413, fmt::format("The batch has more than {} events; none was taken.", settings_.batch_max)));
    }
    auto draft = json_.parse(line, settings_);
    items.push_back({number, draft ? std::string() : draft.error().detail});
    if (draft) {
      drafts.push_back(std::move(draft).value());
    } else {
      metrics_.count(draft.error());
    }
  }
  append(exchange, std::move(drafts),
         [this, items = std::move(items)](const std::vector<journal::Journal::Kept>& results) {
           const auto lacking = std::ranges::find_if(results, is_unavailable);
           if (lacking != results.end()) return refusal(lacking->error(), journal_);
           return http::plain_response("application/x-ndjson", batch_answer(items, results, journal_));
         });
}

void PublishEndpoint::append(http::Exchange& exchange, std::vector<journal::Draft> drafts, Finish finish) {
  const auto begun = loop_.timers().now();
  auto link = std::make_shared<PendingAnswer::Link>(PendingAnswer::Link{&exchange});
  exchange.keep(std::make_unique<PendingAnswer>(link));
  auto complete = [this, link, begun,
                   finish = std::move(finish)](std::vector<journal::Journal::Kept> results) {
    const auto kept = std::ranges::count_if(results, [](const auto& result) { return result.has_value(); });
    metrics_.events.add(static_cast<std::uint64_t>(kept));
    metrics_.rejected.add(results.size() - static_cast<std::uint64_t>(kept));
    const auto time = std::chrono::duration_cast<std::chrono::microseconds>(loop_.timers().now() - begun);
    metrics_.latency.observe(static_cast<std::uint64_t>(time.count()));
    if (link->exchange != nullptr) link->exchange->answer(finish(std::move(results)));
  };
  journal_.append(std::move(drafts),
                  [this, complete = std::move(complete)](std::vector<journal::Journal::Kept> results) {
                    if (loop_.on_thread()) return complete(std::move(results));
                    loop_.post([complete, results = std::move(results)] { complete(results); });
                  });
}

}  // namespace worker::api
