#include "api/publish/publish_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/publish/granted.hpp"
#include "api/request/bearer.hpp"
#include "api/request/request_body.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

// find() is faster than std::count(): it compares many bytes at once.
std::size_t line_count(std::string_view text) {
  std::size_t count = 1;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) ++count;
  return count;
}

// Adds a hint to the error where the body is an array, or has an object on each line, though one object is
// expected.
DraftResult with_batch_hint(DraftResult draft, std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  const bool several = (first != std::string_view::npos && body[first] == '[') ||
                       body.find("}\n{") != std::string_view::npos ||
                       body.find("}\r\n{") != std::string_view::npos;
  if (!draft && several && draft.error().detail.starts_with("JSON: ")) {
    draft.error().detail +=
        "; for several events send one object a line with Content-Type: application/x-ndjson";
  }
  return draft;
}

}  // namespace

PublishParser::Parsed PublishParser::parse(const http::Request& request, const PublishSettings& settings,
                                           PublishMetrics& metrics, const log::Selectors* granted) {
  std::string expanded;
  const auto body = expanded_body(request, expanded, settings.body_bytes_max);
  if (!body) {
    if (body.error().head.status == 413) metrics.limits.count(metrics::Limit::body_bytes);
    return body.error();
  }
  const auto type = media_type(request, body.value());
  if (type == "application/x-www-form-urlencoded")
    return one(draft_from_form(body.value(), settings), metrics, granted);
  if (type == "application/json")
    return one(with_batch_hint(json_.parse(padded(body.value()), settings), body.value()), metrics, granted);
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl")
    return batch(padded(body.value()), settings, metrics, granted);
  return http::problem(
      415,
      "Content-Type: must be application/x-www-form-urlencoded, application/json or application/x-ndjson");
}

// The body expanded, with the padding that the parser needs; valid until the next call.
std::string_view PublishParser::padded(std::string_view body) {
  // Frees what one large body needed.
  constexpr std::size_t kept_bytes = 1'048'576;
  if (padded_.capacity() > kept_bytes) padded_ = {};
  padded_.assign(body).append(JsonDraftParser::padding, ' ');
  return std::string_view(padded_).substr(0, body.size());
}

PublishParser::Parsed PublishParser::one(DraftResult draft, PublishMetrics& metrics,
                                         const log::Selectors* granted) {
  if (draft) draft = if_granted(std::move(draft), granted);
  if (!draft) {
    metrics.count(draft.error());
    return draft.error().status == 403 ? forbidden(draft.error().detail)
                                       : http::problem(draft.error().status, draft.error().detail);
  }
  PublishRequest parsed;
  parsed.drafts.push_back(std::move(draft).value());
  return parsed;
}

PublishParser::Parsed PublishParser::batch(std::string_view body, const PublishSettings& settings,
                                           PublishMetrics& metrics, const log::Selectors* granted) {
  PublishRequest parsed{.drafts = {}, .batch = true};
  auto& [drafts, is_batch, items] = parsed;
  const auto lines = std::min(line_count(body), settings.batch_max);
  drafts.reserve(lines);
  items.reserve(lines);
  for (std::size_t number = 1; !body.empty(); ++number) {
    const auto end = std::min(body.find('\n'), body.size());
    const auto line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (items.size() == settings.batch_max) {
      metrics.limits.count(metrics::Limit::batch);
      return http::problem(
          413, fmt::format("The batch has more than {} events; none was stored.", settings.batch_max));
    }
    auto draft = if_granted(json_.parse(line, settings), granted);
    items.push_back({number, draft ? std::string() : draft.error().detail});
    if (draft) {
      drafts.push_back(std::move(draft).value());
    } else {
      metrics.count(draft.error());
    }
  }
  return parsed;
}

}  // namespace worker::api
