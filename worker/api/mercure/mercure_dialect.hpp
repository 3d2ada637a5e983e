// MercureDialect: how a Mercure publish is read and answered: a form with one update, for publishers with a
// token, and the id as plain text.
#pragma once

#include <string>
#include <vector>

#include "api/mercure/settings.hpp"
#include "api/publish/publish_dialect.hpp"
#include "api/request/access.hpp"
#include "log/log.hpp"
#include "log/topic_url.hpp"

namespace worker::api {

class MercureDialect final : public PublishDialect {
 public:
  /// All is borrowed but `url`: the public address of the hub; perhaps empty.
  MercureDialect(const Access& access, const Grants& grants, log::Log& log, const std::string& url);

  base::Result<Identity, http::Response> identify(const http::Request& request) const override;
  std::optional<http::Response> address_problem(const http::Query& /*query*/) const override { return {}; }
  PublishParser::Parsed parse(PublishParser& parser, const http::Request& request,
                              const PublishSettings& settings, PublishMetrics& metrics,
                              const log::Selectors* granted) const override;
  /// In this protocol an id does not make a publish one that happens once: an update with an id that was used
  /// before is a new update. It gets an id of its own, as the specification allows, so that each cursor means
  /// one place in the log.
  void before_append(std::vector<log::Draft>& drafts) const override;
  http::Response stored(const std::string& id) const override;

 private:
  base::Result<Identity, http::Response> publisher(const http::Request& request) const;

  const Access& access_;
  const Grants& grants_;
  log::Log& log_;
  const log::TopicUrl hub_;
  const std::string metadata_;
};

}  // namespace worker::api
