#include "pipe/http_refusal.hpp"

#include <boost/test/unit_test.hpp>

using worker::pipe::Ending;
using worker::pipe::http_refusal;

BOOST_AUTO_TEST_SUITE(http_refusal_suite)

BOOST_AUTO_TEST_CASE(refusals) {
  const auto json = "application/problem+json";
  const auto check = [](const Ending& ending, Ending::Kind kind, const std::string& reason) {
    BOOST_TEST((ending.kind == kind));
    BOOST_TEST(ending.reason == reason);
  };
  for (const long status : {400, 403, 404, 405, 411, 413, 415, 301, 204})
    check(http_refusal(status, json, R"({"detail":"Change it."})"), Ending::Kind::denied,
          "status " + std::to_string(status) + ": Change it.");
  for (const long status : {408, 425, 429, 500, 502, 503, 504})
    check(http_refusal(status, json, R"({"detail":"Later."})"), Ending::Kind::lost,
          "status " + std::to_string(status) + ": Later.");
  check(http_refusal(401, json, R"({"detail":"A key."})"), Ending::Kind::denied,
        "status 401: A key. (--key-file names the file with the key)");
  check(http_refusal(404, "text/html", "<html>"), Ending::Kind::denied, "status 404");
  check(http_refusal(502, json, R"({"detail":"cu)"), Ending::Kind::lost, "status 502");
  check(http_refusal(200, "text/html", "<html>"), Ending::Kind::denied,
        "the answer (text/html) is not that of a publish stream; is the address right?");
  check(http_refusal(200, "", ""), Ending::Kind::denied,
        "the answer (without a Content-Type) is not that of a publish stream; is the address right?");
}

BOOST_AUTO_TEST_SUITE_END()
