// PublishDialect: what differs between the endpoints that publish: who may, how the body is read, and the
// answer. Owned by its PublishEndpoint.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/access/grants.hpp"
#include "api/publish/publish_parser.hpp"
#include "base/result.hpp"
#include "http/query.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "log/entry.hpp"

namespace worker::api {

/// Loop thread only, but for parse().
class PublishDialect {
 public:
  virtual ~PublishDialect() = default;

  /// Who sends the request, if it may publish; otherwise the refusal.
  virtual base::Result<Identity, http::Response> identify(const http::Request& request) const = 0;
  /// The refusal of an address; none if it is right.
  virtual std::optional<http::Response> address_problem(const http::Query& query) const = 0;
  /// See PublishParser::parse(). From every thread, each with its own parser.
  virtual PublishParser::Parsed parse(PublishParser& parser, const http::Request& request,
                                      const PublishSettings& settings, PublishMetrics& metrics,
                                      const log::Selectors* granted) const = 0;
  /// The last look at the events before they are appended.
  virtual void before_append(std::vector<log::Draft>& /*drafts*/) const {}
  /// The answer to a publisher whose one event is stored as `id`.
  virtual http::Response stored(const std::string& id) const = 0;
};

}  // namespace worker::api
