// The path of a request, from the parameters as web servers send them.
#include "fcgi/path.hpp"

#include <boost/test/unit_test.hpp>

#include "support/wire.hpp"

using worker::fcgi::Path;
using Pairs = worker::support::wire::Pairs;

namespace {

std::string path(Pairs parameters) {
  Path path;
  for (const auto& [name, value] : parameters) path.apply(name, value);
  return path.text();
}

std::string of_uri(std::string_view uri) { return path({{"REQUEST_URI", uri}}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(path_suite)

BOOST_AUTO_TEST_CASE(without_any_of_the_parameters) {
  BOOST_TEST(path({}) == "");
  BOOST_TEST(path({{"SCRIPT_NAME", ""}, {"PATH_INFO", ""}, {"DOCUMENT_URI", ""}, {"REQUEST_URI", ""}}) == "");
  BOOST_TEST(path({{"SCRIPT_FILENAME", "/a"}, {"PATH_TRANSLATED", "/b"}, {"PATH", "/c"}}) == "");
}

BOOST_AUTO_TEST_CASE(parameters_as_web_servers_send_them) {
  // nginx with its own fastcgi_params.
  BOOST_TEST(path({{"SCRIPT_NAME", "/events"}, {"REQUEST_URI", "/events?a"}, {"DOCUMENT_URI", "/events"}}) ==
             "/events");
  // Apache, HAProxy, lighttpd.
  BOOST_TEST(path({{"SCRIPT_NAME", "/events"}, {"REQUEST_URI", "/events?a"}}) == "/events");
  // lighttpd for "/", which takes the first segment for the script.
  BOOST_TEST(path({{"SCRIPT_NAME", "/.well-known"}, {"PATH_INFO", "/mercure"}}) == "/.well-known/mercure");
  // lighttpd with fix-root-scriptname, h2o.
  BOOST_TEST(path({{"SCRIPT_NAME", ""}, {"PATH_INFO", "/events"}, {"REQUEST_URI", "/events?a"}}) ==
             "/events");
  // Caddy.
  BOOST_TEST(path({{"PATH_INFO", "/events"},
                   {"SCRIPT_NAME", ""},
                   {"DOCUMENT_URI", ""},
                   {"REQUEST_URI", "/events?a"}}) == "/events");
}

BOOST_AUTO_TEST_CASE(one_before_the_other_in_any_order) {
  BOOST_TEST(path({{"PATH_INFO", "/p"}, {"SCRIPT_NAME", "/s"}}) == "/s/p");
  BOOST_TEST(path({{"DOCUMENT_URI", "/d"}, {"PATH_INFO", "/p"}}) == "/p");
  BOOST_TEST(path({{"DOCUMENT_URI", "/d"}, {"SCRIPT_NAME", "/s"}}) == "/s");
  BOOST_TEST(path({{"REQUEST_URI", "/r"}, {"DOCUMENT_URI", "/d"}}) == "/d");
  BOOST_TEST(of_uri("/r") == "/r");
  BOOST_TEST(path({{"SCRIPT_NAME", "/first"}, {"SCRIPT_NAME", "/last"}}) == "/last");
}

// The web server has decoded it; decoding it again would give another path.
BOOST_AUTO_TEST_CASE(decoded_ones_are_left_alone) {
  for (const auto* name : {"SCRIPT_NAME", "PATH_INFO", "DOCUMENT_URI"}) {
    for (const auto* value : {"/%65vents", "/a b+c%2Fd", "/events?topic=a", "//events", "/x/../events",
                              "/events/", "events", "http://host/events"}) {
      BOOST_TEST(path({{name, value}}) == value);
    }
  }
}

// A front end that protects /publish has checked the path as it is.
BOOST_AUTO_TEST_CASE(never_normalised) {
  BOOST_TEST(path({{"SCRIPT_NAME", "/"}, {"PATH_INFO", "/publish"}}) == "//publish");
  BOOST_TEST(path({{"SCRIPT_NAME", "/public/"}, {"PATH_INFO", "../publish"}}) == "/public/../publish");
  for (const auto* uri :
       {"//publish", "/./publish", "/x/../publish", "/publish/", "/publish/.", "/Publish"}) {
    BOOST_TEST(of_uri(uri) == uri);
  }
  BOOST_TEST(of_uri("/x%2F..%2fpublish") == "/x%2F..%2fpublish");
  BOOST_TEST(of_uri("%2Fpublish") == "");
  BOOST_TEST(of_uri("/publish%00.css") == "/publish%00.css");
  BOOST_TEST(of_uri("/x/%2e%2e/publish") == "/x/../publish");
}

BOOST_AUTO_TEST_CASE(the_path_of_a_uri) {
  const std::pair<const char*, const char*> table[] = {
      {"/events?topic=/a?b", "/events"},
      {"/events?", "/events"},
      {"/events#f?x", "/events"},
      {"/%65vents?%65", "/events"},
      {"/%2565vents", "/%65vents"},
      {"/a+b%20c", "/a+b c"},
      {"/%C3%A9", "/\xc3\xa9"},
      {"/%", "/%"},
      {"/%4", "/%4"},
      {"/%4g", "/%4g"},
      {"/%+4", "/%+4"},
      {"/%-1", "/%-1"},
      {"/%41%", "/A%"},
      {"http://host/events?x", "/events"},
      {"https://user@host:1/%65vents", "/events"},
      {"HTTP://host", "/"},
      {"http://host?x=/events", "/"},
      {"http://", "/"},
      {"/http://host/x", "/http://host/x"},
      {"host:443", ""},
      {"*", ""},
      {"?x", ""},
      {"events", ""},
  };
  for (const auto& [uri, expected] : table) BOOST_TEST(of_uri(uri) == expected, uri);
}

BOOST_AUTO_TEST_SUITE_END()
