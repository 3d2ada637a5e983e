#include "fcgi/decoder.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

#include "support/wire.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

using Handler = void (*)(int);

Handler handler_of(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

struct Fixture {
  Decoder decoder;
  worker::http::Request decoded(wire::Pairs pairs) { return decoder.decode(wire::pairs(pairs)).value(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(decoder_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_request_as_nginx_sends_it) {
  const auto request = decoded({{"REQUEST_METHOD", "POST"},
                                {"SCRIPT_NAME", "/publish"},
                                {"DOCUMENT_URI", "/publish"},
                                {"REQUEST_URI", "/publish?topic=a%20b&topic=c"},
                                {"QUERY_STRING", "topic=a%20b&topic=c"},
                                {"CONTENT_TYPE", "application/json"},
                                {"CONTENT_LENGTH", "2"},
                                {"SERVER_PROTOCOL", "HTTP/1.1"},
                                {"REMOTE_ADDR", "2001:db8::7"},
                                {"HTTP_HOST", "example.org"},
                                {"HTTP_LAST_EVENT_ID", "1-2"}});
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.path == "/publish");
  BOOST_TEST((request.query.all("topic") == std::vector<std::string_view>{"a b", "c"}));
  BOOST_TEST(request.content_type == "application/json");
  BOOST_TEST(request.content_length == "2");
  BOOST_TEST(request.remote_address.text() == "2001:db8::7");
  BOOST_TEST(request.body == "");
  BOOST_REQUIRE_EQUAL(request.headers.size(), 2U);
  BOOST_TEST(request.header("host") == "example.org");
  BOOST_TEST(request.header("last-event-id") == "1-2");
}

BOOST_AUTO_TEST_CASE(no_parameters) {
  const auto request = decoded({});
  BOOST_TEST(request.method == "");
  BOOST_TEST(request.path == "");
  BOOST_TEST(request.query.pairs().empty());
  BOOST_TEST(request.content_type == "");
  BOOST_TEST(request.content_length == "");
  BOOST_TEST(request.remote_address.text() == "");
  BOOST_TEST(request.headers.empty());
}

BOOST_AUTO_TEST_CASE(the_path_as_caddy_and_h2o_send_it) {
  BOOST_TEST(decoded({{"SCRIPT_NAME", ""}, {"PATH_INFO", "/p"}}).path == "/p");
  BOOST_TEST(decoded({{"PATH_INFO", "/p"}, {"REQUEST_URI", "/r"}}).path == "/p");
  BOOST_TEST(decoded({{"SCRIPT_NAME", ""}, {"DOCUMENT_URI", "/d"}}).path == "/d");
  BOOST_TEST(decoded({{"REQUEST_URI", "/%72?q"}}).path == "/r");
}

BOOST_AUTO_TEST_CASE(header_names) {
  const auto request = decoded({{"HTTP_X_A_B", "1"},
                                {"HTTP_", "2"},
                                {"HTTP_X-Y", "3"},
                                {"HTTP_\xc3\x89", "4"},
                                {"http_lower", "5"},
                                {"HTTPS", "on"},
                                {"HTTP_EMPTY", ""}});
  BOOST_TEST(request.header("x-a-b") == "1");
  BOOST_TEST(request.header("") == "2");
  BOOST_TEST(request.header("x-y") == "3");
  BOOST_TEST(request.header("\xc3\x89") == "4");
  BOOST_TEST(request.headers.contains("empty"));
  BOOST_TEST(request.headers.size() == 5U);
}

BOOST_AUTO_TEST_CASE(values_as_they_came) {
  const std::string value = "a=b; c=\"d\"\t\xff\x01";
  BOOST_TEST(decoded({{"HTTP_COOKIE", value}}).header("cookie") == value);
  BOOST_TEST(decoded({{"SCRIPT_NAME", "/a=b"}}).path == "/a=b");
}

BOOST_AUTO_TEST_CASE(heads_as_large_as_nginx_sends_them_and_larger) {
  for (const std::size_t size : {65'535U, 65'536U, 70'000U, 200'000U, 1'000'000U}) {
    const std::string value(size, 'v');
    const auto request = decoded({{"HTTP_BEFORE", "1"}, {"HTTP_LONG", value}, {"SCRIPT_NAME", "/after"}});
    BOOST_TEST((request.header("long") == value));
    BOOST_TEST(request.path == "/after");
  }
}

// A head whose records end at every place inside a pair, since the decoder cuts it at 65,535 bytes.
BOOST_AUTO_TEST_CASE(a_record_boundary_anywhere_in_a_pair) {
  for (std::size_t filler = 65'480; filler < 65'540; ++filler) {
    const std::string value(filler, 'v');
    const auto request = decoded({{"HTTP_F", value}, {"HTTP_SECOND", "two"}, {"SCRIPT_NAME", "/last"}});
    BOOST_REQUIRE_EQUAL(request.header("f").size(), filler);
    BOOST_REQUIRE_EQUAL(request.header("second"), "two");
    BOOST_REQUIRE_EQUAL(request.path, "/last");
  }
}

BOOST_AUTO_TEST_CASE(thousands_of_parameters) {
  std::string params;
  for (int i = 0; i < 5'000; ++i) params += wire::pair("HTTP_N" + std::to_string(i), std::to_string(i));
  const auto request = decoder.decode(params).value();
  BOOST_TEST(request.headers.size() == 5'000U);
  BOOST_TEST(request.header("n0") == "0");
  BOOST_TEST(request.header("n4999") == "4999");
}

BOOST_AUTO_TEST_CASE(nothing_of_a_longer_request_shows_in_the_next) {
  BOOST_TEST(decoded({{"HTTP_LONG", std::string(60'000, 'x')}, {"SCRIPT_NAME", "/long"}}).path == "/long");
  const auto request = decoded({{"REQUEST_METHOD", "GET"}});
  BOOST_TEST(request.method == "GET");
  BOOST_TEST(request.path == "");
  BOOST_TEST(request.headers.empty());
}

// The heads of many requests go through one memory file, which is used again from its start when it has
// grown.
BOOST_AUTO_TEST_CASE(many_requests_do_not_mix) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; bytes < 4'000'000; ++i) {
    const auto length = (i % 5) * 8'192 + i % 67;
    const auto path = "/" + std::to_string(i);
    const std::string value(length, static_cast<char>('a' + i % 26));
    const auto request = decoded({{"SCRIPT_NAME", path}, {"HTTP_V", value}});
    BOOST_REQUIRE_EQUAL(request.path, path);
    BOOST_REQUIRE(request.header("v") == value);
    bytes += length;
  }
}

// Sizes at which a page, or one read of libfcgi, ends inside the head or right behind it.
BOOST_AUTO_TEST_CASE(heads_that_end_around_a_page) {
  for (const std::size_t page : {4'096U, 8'192U, 16'384U, 65'536U}) {
    for (std::size_t length = page - 80; length < page + 16; ++length) {
      const std::string value(length, static_cast<char>('a' + length % 26));
      const auto request = decoded({{"HTTP_V", value}, {"SCRIPT_NAME", "/last"}});
      BOOST_REQUIRE(request.header("v") == value);
      BOOST_REQUIRE_EQUAL(request.path, "/last");
    }
  }
}

// Parameters that pass our check by mistake must not hang or crash libfcgi, and the next request is decoded.
BOOST_AUTO_TEST_CASE(malformed_parameters_are_refused) {
  for (const auto& params :
       {wire::octets({5, 5}) + "A", wire::octets({0x80}), wire::octets({0xff, 0xff, 0xff, 0xff, 1})}) {
    const auto request = decoder.decode(params);
    BOOST_REQUIRE(!request);
    BOOST_TEST((request.error() == Refusal::params));
    BOOST_TEST(decoded({{"SCRIPT_NAME", "/again"}}).path == "/again");
  }
}

BOOST_AUTO_TEST_CASE(libfcgi_leaves_the_signals_alone) {
  BOOST_TEST((handler_of(SIGTERM) == SIG_DFL));
  BOOST_TEST((handler_of(SIGUSR1) == SIG_IGN));
  BOOST_TEST((handler_of(SIGPIPE) == SIG_IGN));
}

BOOST_AUTO_TEST_SUITE_END()
