// Router: finds the endpoint of a request and refuses what has none: 404 for the path, 405 for the method.
// Built in main; constant while serving, so usable from every thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "http/exchange.hpp"

namespace worker::api {

class Router final : public http::Endpoint {
 public:
  /// `endpoint` is borrowed. GET also admits HEAD; the exchange leaves the body out.
  void add(std::string path, std::vector<std::string> methods, http::Endpoint& endpoint);

  void serve(http::Exchange& exchange) override;

 private:
  struct Route {
    std::vector<std::string> methods;
    http::Endpoint* endpoint;
  };
  std::map<std::string, Route, std::less<>> routes_;
};

}  // namespace worker::api
