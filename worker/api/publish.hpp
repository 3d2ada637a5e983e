// POST /publish: takes an event, or a batch of them, into the journal, and answers with their ids once they
// are kept.
#pragma once

#include "api/draft_parser.hpp"
#include "api/settings.hpp"
#include "http/exchange.hpp"
#include "journal/journal.hpp"
#include "metrics/registry.hpp"
#include "net/loop.hpp"

namespace worker::api {

struct PublishMetrics {
  explicit PublishMetrics(metrics::Registry& registry);

  metrics::Counter& events;
  metrics::Counter& bytes;
  metrics::Counter& rejected;
  metrics::Histogram& latency;
  metrics::Limits limits;

  /// An event was refused.
  void count(const DraftError& error);
};

/// Loop thread only; one per loop.
class PublishEndpoint final : public http::Endpoint {
 public:
  PublishEndpoint(net::Loop& loop, journal::Journal& journal, const PublishSettings& settings,
                  PublishMetrics& metrics);

  void serve(http::Exchange& exchange) override;
  void update(const PublishSettings& settings) { settings_ = settings; }

 private:
  bool admits(const http::Request& request) const;
  /// The body as the parser needs it; until the next request.
  std::string_view padded(std::string_view body);
  void publish_one(http::Exchange& exchange, DraftResult draft);
  void publish_batch(http::Exchange& exchange, std::string_view body);
  using Finish = std::function<http::Response(std::vector<journal::Journal::Kept>)>;
  void append(http::Exchange& exchange, std::vector<journal::Draft> drafts, Finish finish);

  net::Loop& loop_;
  journal::Journal& journal_;
  PublishSettings settings_;
  PublishMetrics& metrics_;
  JsonDraftParser json_;
  std::string padded_;
};

}  // namespace worker::api
