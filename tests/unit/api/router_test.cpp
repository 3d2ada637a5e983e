#include "api/router.hpp"

#include <boost/test/unit_test.hpp>

#include "support/recording_exchange.hpp"

using worker::api::Router;
using worker::support::RecordingExchange;

namespace {

struct NamedEndpoint final : worker::http::Endpoint {
  explicit NamedEndpoint(std::string text) : name(std::move(text)) {}
  void serve(worker::http::Exchange& exchange) override { exchange.answer({{200, {}}, name}); }
  bool streams_body(const worker::http::Request& request) const override {
    return request.content_type == "live";
  }
  std::string name;
};

struct Fixture {
  NamedEndpoint events{"events"};
  NamedEndpoint publish{"publish"};
  NamedEndpoint both{"both"};
  Router router;

  Fixture() {
    router.add("/events", {"GET"}, events);
    router.add("/publish", {"POST"}, publish);
    router.add("/.well-known/mercure", {"GET", "POST"}, both);
  }
  RecordingExchange served(const std::string& method, const std::string& path) {
    RecordingExchange exchange(method, path);
    router.serve(exchange);
    BOOST_TEST(exchange.finished);
    return exchange;
  }
};

// Of a problem with this body.
std::string problem_headers(const RecordingExchange& exchange) {
  return "Content-Type: application/problem+json\r\nContent-Length: " +
         std::to_string(exchange.body().size()) +
         "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(router_suite, Fixture)

BOOST_AUTO_TEST_CASE(each_path_has_its_endpoint) {
  BOOST_TEST(served("GET", "/events").body() == "events");
  BOOST_TEST(served("POST", "/publish").body() == "publish");
  BOOST_TEST(served("GET", "/.well-known/mercure").body() == "both");
  BOOST_TEST(served("POST", "/.well-known/mercure").body() == "both");
}

BOOST_AUTO_TEST_CASE(head_is_admitted_with_get_and_has_no_body) {
  const auto exchange = served("HEAD", "/events");
  BOOST_TEST(exchange.head_text() == "Status: 200 OK\r\n\r\n");
  BOOST_TEST(exchange.body() == "");
}

// The endpoint says so; a request that no endpoint gets is read whole, and refused then.
BOOST_AUTO_TEST_CASE(bodies_that_stream) {
  const auto streams = [&](const char* method, const char* path, const char* type) {
    return router.streams_body({.method = method, .path = path, .content_type = type});
  };
  BOOST_TEST(streams("POST", "/publish", "live"));
  BOOST_TEST(!streams("POST", "/publish", ""));
  BOOST_TEST(streams("GET", "/events", "live"));
  BOOST_TEST(streams("HEAD", "/events", "live"));
  for (const auto* method : {"GET", "PUT", "OPTIONS", "post", ""})
    BOOST_TEST(!streams(method, "/publish", "live"));
  BOOST_TEST(!streams("POST", "/nowhere", "live"));
  BOOST_TEST(!streams("POST", "", "live"));
}

BOOST_AUTO_TEST_CASE(unknown_paths) {
  const auto exchange = served("GET", "/nowhere");
  BOOST_TEST(exchange.head_text() == "Status: 404 Not Found\r\n" + problem_headers(exchange));
  BOOST_TEST(exchange.body() ==
             R"({"type":"about:blank","title":"Not Found","status":404,"detail":"No such path: /nowhere; )"
             R"(there are /.well-known/mercure, /events, /publish."})"
             "\n");
  for (const auto* path :
       {"/", "/events/", "/event", "/Events", "//events", "/events?", "events", "/events/x"}) {
    BOOST_TEST(served("GET", path).head->status == 404, path);
    BOOST_TEST(served("DELETE", path).head->status == 404, path);
  }
}

BOOST_AUTO_TEST_CASE(a_path_that_is_not_utf_8) {
  BOOST_TEST(served("GET", "/\xff\"").body().find("No such path: /\\\\xff\\\";") != std::string::npos);
  BOOST_TEST(served("GET", std::string("/\x1b\0", 3)).body().find("No such path: /\\\\x1b\\\\x00;") !=
             std::string::npos);
  BOOST_TEST(served("GET", "/" + std::string(10'000, 'x')).body().size() < 250U);
}

BOOST_AUTO_TEST_CASE(other_methods_are_told_which_there_are) {
  const auto exchange = served("DELETE", "/events");
  BOOST_TEST(exchange.head_text() ==
             "Status: 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n" + problem_headers(exchange));
  BOOST_TEST(exchange.body() == R"({"type":"about:blank","title":"Method Not Allowed","status":405,)"
                                R"("detail":"/events supports only GET, HEAD."})"
                                "\n");
  BOOST_TEST(served("GET", "/publish").head_text().find("\r\nAllow: POST\r\n") != std::string::npos);
  BOOST_TEST(served("PUT", "/.well-known/mercure").head_text().find("\r\nAllow: GET, POST, HEAD\r\n") !=
             std::string::npos);
  for (const auto* method : {"get", "GET ", "options", "TRACE", "PRI", "\xff"}) {
    BOOST_TEST(served(method, "/events").head->status == 405, method);
  }
  BOOST_TEST(served("HEAD", "/publish").head->status == 405);
}

BOOST_AUTO_TEST_CASE(options_says_what_a_path_takes) {
  const auto exchange = served("OPTIONS", "/.well-known/mercure");
  BOOST_TEST(exchange.head_text() ==
             "Status: 204 No Content\r\nAllow: GET, POST, HEAD\r\nCache-Control: no-store\r\n\r\n");
  BOOST_TEST(exchange.body() == "");
  BOOST_TEST(served("OPTIONS", "/nowhere").head->status == 404);
}

BOOST_AUTO_TEST_CASE(every_answer_gets_the_lines_of_its_origin) {
  router.update({.origins = {"https://app.example"}});
  for (const auto& [path, origin] : {std::pair{"/events", "https://app.example"},
                                     {"/nowhere", "https://app.example"},
                                     {"/publish", "https://app.example"},
                                     {"/events", "https://evil.example"}}) {
    worker::http::Request request{.method = "GET", .path = path};
    request.headers.emplace("origin", origin);
    RecordingExchange exchange(std::move(request));
    router.prepare(exchange);
    router.serve(exchange);
    const auto allowed =
        exchange.head_text().find("\r\nAccess-Control-Allow-Origin: https://app.example\r\n");
    BOOST_TEST((allowed != std::string::npos) == (origin == std::string("https://app.example")));
    BOOST_TEST(exchange.head_text().find("\r\nVary: Origin\r\n") != std::string::npos);
  }
}

// What a web server sends that was not told to include our parameters.
BOOST_AUTO_TEST_CASE(without_method_or_path) {
  for (const auto& [method, path] : {std::pair{"", "/events"}, {"GET", ""}, {"", ""}}) {
    const auto exchange = served(method, path);
    BOOST_TEST(exchange.head_text() == "Status: 400 Bad Request\r\n" + problem_headers(exchange));
    BOOST_TEST(
        exchange.body() ==
        R"({"type":"about:blank","title":"Bad Request","status":400,"detail":"The web server sent no )"
        R"(REQUEST_METHOD, or no path: SCRIPT_NAME with PATH_INFO, DOCUMENT_URI or REQUEST_URI. In nginx, include )"
        R"(sse-worker.params; deploy/front-ends has the configuration of others."})"
        "\n");
  }
}

BOOST_AUTO_TEST_CASE(adding_a_path_again_replaces_it) {
  router.add("/events", {"POST"}, publish);
  BOOST_TEST(served("POST", "/events").body() == "publish");
  BOOST_TEST(served("GET", "/events").head->status == 405);
}

BOOST_AUTO_TEST_SUITE_END()
