// Questions of a web server to the worker itself: exact bytes.
#include "fcgi/management.hpp"

#include <boost/test/unit_test.hpp>

#include "support/wire.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

constexpr unsigned get_values_result = 10;

std::string result(wire::Pairs values) { return wire::record(get_values_result, 0, wire::pairs(values)); }

std::string asked(wire::Pairs names) { return values_result(wire::pairs(names), 24'096).value(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(management_suite)

BOOST_AUTO_TEST_CASE(each_name_and_all) {
  BOOST_TEST(asked({{"FCGI_MAX_CONNS", ""}}) == result({{"FCGI_MAX_CONNS", "24096"}}));
  BOOST_TEST(asked({{"FCGI_MAX_REQS", ""}}) == result({{"FCGI_MAX_REQS", "24096"}}));
  BOOST_TEST(asked({{"FCGI_MPXS_CONNS", ""}}) == result({{"FCGI_MPXS_CONNS", "0"}}));
  BOOST_TEST(asked({{"FCGI_MPXS_CONNS", ""}, {"FCGI_MAX_REQS", ""}, {"FCGI_MAX_CONNS", ""}}) ==
             result({{"FCGI_MAX_CONNS", "24096"}, {"FCGI_MAX_REQS", "24096"}, {"FCGI_MPXS_CONNS", "0"}}));
}

BOOST_AUTO_TEST_CASE(only_the_names_that_were_asked_for) {
  BOOST_TEST(asked({}) == result({}));
  BOOST_TEST(asked({{"", ""}}) == result({}));
  BOOST_TEST(asked({{"FCGI_MAX_CONN", ""}, {"FCGI_MAX_CONNSX", ""}, {"fcgi_max_conns", ""}}) == result({}));
  BOOST_TEST(asked({{"OTHER", "x"}, {"FCGI_MAX_CONNS", "ignored"}, {"FCGI_OTHER", ""}}) ==
             result({{"FCGI_MAX_CONNS", "24096"}}));
}

// Repeated names do not make the answer longer: libfcgi 2.4.2 writes one value per name into 64 bytes of
// stack.
BOOST_AUTO_TEST_CASE(repeated_names_are_answered_once) {
  std::string flood;
  for (int i = 0; i < 60; ++i) flood += wire::pair("FCGI_MAX_CONNS", "");
  BOOST_TEST(values_result(flood, 7).value() == result({{"FCGI_MAX_CONNS", "7"}}));
}

BOOST_AUTO_TEST_CASE(pairs_that_do_not_add_up) {
  const auto pair = wire::pair("FCGI_MAX_CONNS", "");
  for (std::size_t size = 1; size < pair.size(); ++size) BOOST_TEST(!values_result(pair.substr(0, size), 1));
  BOOST_TEST(!values_result(pair + "\x01", 1));
  BOOST_TEST(!values_result(wire::octets({0xff, 0xff, 0xff, 0xff, 0}), 1));
  BOOST_TEST(!values_result(wire::pair("A", std::string(1, '\0')), 1));
}

BOOST_AUTO_TEST_CASE(an_unknown_type) {
  for (const unsigned type : {10U, 11U, 12U, 127U, 255U}) {
    BOOST_TEST(unknown_type(static_cast<std::uint8_t>(type)) ==
               wire::record(11, 0, wire::octets({type, 0, 0, 0, 0, 0, 0, 0})));
  }
}

BOOST_AUTO_TEST_SUITE_END()
