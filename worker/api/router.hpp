// Router: finds the endpoint of a request and refuses what has none: 404 for the path, 405 for the method. It
// answers OPTIONS itself, and gives every answer the headers that let pages of other origins read it. One per
// reactor; loop thread only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/cors.hpp"
#include "http/exchange.hpp"

namespace worker::api {

class Router final : public http::Endpoint {
 public:
  /// `endpoint` is borrowed. GET also admits HEAD; the exchange leaves the body out.
  void add(std::string path, std::vector<std::string> methods, http::Endpoint& endpoint);

  /// The same for all paths below `path`, which ends in a slash.
  void add_below(std::string path, std::vector<std::string> methods, http::Endpoint& endpoint);

  /// For requests that come from now on.
  void update(const AccessSettings& access) { cors_.update(access); }

  void prepare(http::Exchange& exchange) override;
  bool streams_body(const http::Request& request) const override;
  void serve(http::Exchange& exchange) override;

 private:
  struct Route {
    std::vector<std::string> methods;
    http::Endpoint* endpoint;
  };
  /// The route of `path`; null where there is none.
  const Route* find(std::string_view path) const;
  /// The route of the request's path and method; null where there is none.
  const Route* route_of(const http::Request& request) const;

  std::map<std::string, Route, std::less<>> routes_;
  std::map<std::string, Route, std::less<>> routes_below_;
  Cors cors_;
};

}  // namespace worker::api
