// PublishParser: turns the body of a publish into events, or into a refusal. It keeps its working memory from
// one body to the next; each thread has its own parser.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/publish/draft_parser.hpp"
#include "api/publish/metrics.hpp"
#include "api/publish/settings.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "log/selectors.hpp"

namespace worker::api {

/// An item of a batch: its line, and what is wrong with it; empty if it is among the drafts.
struct BatchItem {
  std::size_t line;
  std::string error;
};

struct PublishRequest {
  std::vector<log::Draft> drafts;
  bool batch = false;  // false: one event
  std::vector<BatchItem> items{};
};

class PublishParser {
 public:
  /// The events of the body, or its refusal.
  using Parsed = std::variant<PublishRequest, http::Response>;

  /// Parses the body by its Content-Type and Content-Encoding. Counts what it refuses: also events of topics
  /// that `granted` does not cover; null: all topics are granted.
  Parsed parse(const http::Request& request, const PublishSettings& settings, PublishMetrics& metrics,
               const log::Selectors* granted = nullptr);
  /// The same of one event that was parsed already.
  static Parsed one(DraftResult draft, PublishMetrics& metrics, const log::Selectors* granted);

 private:
  std::string_view padded(std::string_view body);
  Parsed batch(std::string_view body, const PublishSettings& settings, PublishMetrics& metrics,
               const log::Selectors* granted);

  JsonDraftParser json_;
  std::string padded_;
};

}  // namespace worker::api
