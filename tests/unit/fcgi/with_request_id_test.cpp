// Records that were framed once for all streams, and then get the id of another request.
#include <boost/test/unit_test.hpp>

#include "fcgi/record.hpp"
#include "support/wire.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

BOOST_AUTO_TEST_SUITE(with_request_id_suite)

BOOST_AUTO_TEST_CASE(shared_records_are_those_of_request_1) {
  BOOST_TEST(*shared_stdout("abc") == wire::record(wire::standard_output, 1, "abc"));
  BOOST_TEST(*shared_stdout("") == "");
  const std::string kib32(32 * 1024, 'x');
  BOOST_TEST((*shared_stdout(kib32 + kib32 + "y") == wire::record(wire::standard_output, 1, kib32) +
                                                         wire::record(wire::standard_output, 1, kib32) +
                                                         wire::record(wire::standard_output, 1, "y")));
}

BOOST_AUTO_TEST_CASE(every_record_gets_the_id_and_nothing_else_changes) {
  // Content that looks like headers, of request 1.
  const auto tricky =
      wire::record(wire::standard_output, 1, "inner") + wire::record(wire::standard_output, 1);
  for (const auto& content :
       {std::string("abc"), tricky, std::string(32 * 1024, '\1'), std::string(100'000, '\0')}) {
    for (const unsigned id : {1U, 2U, 255U, 256U, 0x1234U, 65'535U}) {
      std::string expected;
      append_stdout(expected, static_cast<std::uint16_t>(id), content);
      BOOST_TEST((with_request_id(*shared_stdout(content), static_cast<std::uint16_t>(id)) == expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(padding_is_skipped) {
  const auto records = [](unsigned id) {
    return wire::record(wire::standard_output, id, "abc", {.padding = 5}) +
           wire::record(wire::standard_output, id, "", {.padding = 255}) +
           wire::record(wire::standard_output, id, "d");
  };
  BOOST_TEST(with_request_id(records(1), 0x0203) == records(0x0203));
}

BOOST_AUTO_TEST_CASE(nothing_stays_nothing) { BOOST_TEST(with_request_id("", 7) == ""); }

// The size of a record has two bytes.
BOOST_AUTO_TEST_CASE(the_largest_record) {
  const std::string content(65'535, 'x');
  const auto records = [&](unsigned id) {
    return wire::record(wire::standard_output, id, content, {.padding = 255}) +
           wire::record(wire::standard_output, id, "end");
  };
  BOOST_TEST((with_request_id(records(1), 9) == records(9)));
}

BOOST_AUTO_TEST_SUITE_END()
