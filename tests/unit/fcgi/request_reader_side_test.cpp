// Records that may come beside a request: management records, other requests and ABORT_REQUEST; whole, byte
// by byte, and cut at every place.
#include <boost/test/unit_test.hpp>

#include "fcgi/management.hpp"
#include "support/wire.hpp"
#include "unit/fcgi/feed.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

constexpr auto no_split = std::string::npos;
constexpr RequestReader::Limits limits{
    .head_bytes_max = 1'000'000, .body_bytes_max = 1'000'000, .connections_max = 500};

const auto params = wire::pair("A", "b");
const auto served = "request 1 keep params " + params + " body body\n";
const std::vector<std::string> records_of_1 = {
    wire::begin(1), wire::record(wire::params, 1, params), wire::record(wire::params, 1),
    wire::record(wire::standard_input, 1, "body"), wire::record(wire::standard_input, 1)};

const auto ask = wire::record(wire::get_values, 0, wire::pair("FCGI_MAX_REQS", ""));
const auto values = wire::record(10, 0, wire::pair("FCGI_MAX_REQS", "500"));
const auto unknown = wire::record(200, 0, "whatever", {.padding = 3});
const auto unknown_reply = wire::record(11, 0, wire::octets({200, 0, 0, 0, 0, 0, 0, 0}));
std::string busy(unsigned id) {
  return wire::record(wire::end_request, id, wire::octets({0, 0, 0, 0, 1, 0, 0, 0}));
}

// The request with `side` in front of its record `at`; at its end where `at` is 5.
std::string with(const std::string& side, std::size_t at) {
  std::string bytes;
  for (std::size_t i = 0; i <= records_of_1.size(); ++i) {
    if (i == at) bytes += side;
    if (i < records_of_1.size()) bytes += records_of_1[i];
  }
  return bytes;
}

void expect(const std::string& bytes, const std::string& said, const std::string& replies,
            bool answers = true) {
  Feed feed(limits, answers);
  feed.take(bytes);
  BOOST_TEST(feed.said() == said);
  BOOST_TEST(feed.replies() == replies);
  BOOST_TEST(differing_split(bytes, limits, answers) == no_split);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_reader_side_suite)

BOOST_AUTO_TEST_CASE(management_records_at_every_place) {
  for (std::size_t at = 0; at <= records_of_1.size(); ++at) {
    for (const bool answers : {true, false}) {
      expect(with(ask, at), served + "idle", values, answers);
      expect(with(unknown, at), served + "idle", unknown_reply, answers);
      expect(with(ask + unknown + ask, at), served + "idle", values + unknown_reply + values, answers);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_question_wants_more) {
  for (std::size_t size = 1; size < ask.size(); ++size) BOOST_TEST(fed(ask.substr(0, size)) == "more", size);
  expect(ask, "idle", values);
}

BOOST_AUTO_TEST_CASE(a_question_up_to_the_limit_and_one_byte_more) {
  const auto of_size = [](std::size_t size) {
    return wire::record(wire::get_values, 0, wire::pair(std::string(size - 5, 'N'), ""));
  };
  expect(of_size(management_bytes_max), "idle", wire::record(10, 0));
  BOOST_TEST(fed(of_size(management_bytes_max + 1)) == "refused: management");
  BOOST_TEST(fed(of_size(management_bytes_max + 1).substr(0, header_bytes)) == "refused: management");
}

BOOST_AUTO_TEST_CASE(so_many_on_a_connection_and_one_more) {
  for (const auto& each : {ask, unknown}) {
    std::string bytes;
    for (unsigned i = 0; i < management_records_max / 2; ++i) bytes += each + with(each, 5);
    BOOST_TEST(fed(bytes).ends_with("\nidle"));
    BOOST_TEST(fed(bytes + each).ends_with("\nrefused: management"));
  }
}

BOOST_AUTO_TEST_CASE(a_question_that_does_not_add_up) {
  for (std::size_t at = 0; at < records_of_1.size(); ++at) {
    BOOST_TEST(fed(with(wire::record(wire::get_values, 0, "\x05"), at)) == "refused: params");
  }
}

// The records of the other request may come before or after the end of the first.
BOOST_AUTO_TEST_CASE(another_request_cannot_be_multiplexed) {
  const auto other = wire::begin(2) + wire::record(wire::params, 2, params, {.padding = 5}) +
                     wire::record(wire::params, 2) + wire::record(wire::standard_input, 2, "x") +
                     wire::record(wire::standard_input, 2);
  for (std::size_t at = 1; at < records_of_1.size(); ++at) {
    expect(with(other, at), served + "idle", busy(2));
    expect(with(wire::begin(2), at) + wire::record(wire::params, 2, params), served + "idle", busy(2));
    expect(with(wire::begin(2) + wire::begin(300) + wire::begin(2), at), served + "idle",
           busy(2) + busy(300) + busy(2));
  }
  expect(with(other, 5), served + "idle", busy(2), false);
  expect(with(wire::begin(2), 5) + with(wire::begin(3), 5).substr(0, 8), served + "pipelined", busy(2),
         false);
}

BOOST_AUTO_TEST_CASE(its_id_may_begin_again_later) {
  const auto second =
      wire::begin(2, false) + wire::stream(wire::params, 2, "") + wire::stream(wire::standard_input, 2, "");
  expect(with(wire::begin(2), 2) + wire::record(wire::params, 2, params) + second,
         served + "request 2 params  body \nidle", busy(2));
}

BOOST_AUTO_TEST_CASE(many_other_requests_are_refused_and_the_last_ones_remembered) {
  std::string others;
  std::string replies;
  for (unsigned id = 2; id < 1'000; ++id) {
    others += wire::begin(id);
    replies += busy(id);
  }
  expect(with(others, 1) + wire::record(wire::params, 999) + wire::record(wire::params, 992), served + "idle",
         replies);
  BOOST_TEST(fed(with(others, 1) + wire::record(wire::params, 2)) == served + "refused: type");
  BOOST_TEST(fed(wire::begin(1) + others + wire::record(wire::params, 2)) == "refused: id");
}

BOOST_AUTO_TEST_CASE(another_request_of_the_wrong_size) {
  BOOST_TEST(fed(wire::begin(1) + wire::record(wire::begin_request, 2, "seven b")) == "refused: length");
}

BOOST_AUTO_TEST_CASE(an_abort_for_another_request_is_ignored) {
  for (std::size_t at = 0; at <= records_of_1.size(); ++at) {
    for (const bool answers : {true, false})
      expect(with(wire::record(wire::abort_request, 2), at), served + "idle", "", answers);
  }
  // It was sent before the peer had the end of the answer.
  expect(with(wire::record(wire::abort_request, 1), 5), served + "idle", "");
}

BOOST_AUTO_TEST_CASE(an_abort_while_the_request_is_served) {
  expect(with(wire::record(wire::abort_request, 1), 5), served + "aborted\nidle", "", false);
  // Records of the aborted request that were sent before.
  const auto late = wire::record(wire::standard_input, 1, "late");
  expect(records_of_1[0] + records_of_1[1] + wire::record(wire::abort_request, 1) + late + with("", 9),
         "aborted\n" + served + "idle", "");
}

// A header with its own id, or one that is no FastCGI: then it is unknown where the next record begins.
BOOST_AUTO_TEST_CASE(what_is_pipelined_while_a_request_is_served) {
  for (const auto& bytes :
       {with("", 9), std::string("GET / HTTP/1.1\r\n"), wire::record(wire::params, 1),
        wire::record(wire::begin_request, 0), wire::record(wire::standard_input, 1, "x")}) {
    RequestReader reader(limits, RequestReader::Served{1, false});
    std::string_view left = bytes;
    BOOST_TEST((reader.take(left).value() == RequestReader::Progress::pipelined));
    BOOST_TEST(left == bytes.substr(header_bytes));
    BOOST_TEST(!reader.between_requests());
    BOOST_TEST((reader.take(left).value() == RequestReader::Progress::pipelined));
    BOOST_TEST(left == bytes.substr(header_bytes));
  }
}

BOOST_AUTO_TEST_CASE(what_was_pipelined_is_the_next_request) {
  RequestReader reader(limits, RequestReader::Served{1, false});
  const auto bytes = with("", 9);
  std::string_view left = bytes;
  BOOST_TEST((reader.take(left).value() == RequestReader::Progress::pipelined));
  reader.resume();
  BOOST_TEST((take_past_head(reader, left) == RequestReader::Progress::request));
  BOOST_TEST(reader.params() == params);
  BOOST_TEST(reader.take_body() == "body");
}

BOOST_AUTO_TEST_CASE(a_reader_with_nothing_to_remember_is_initial) {
  const auto is_initial_after = [](const std::string& bytes) {
    Feed feed(limits);
    feed.take(bytes);
    return feed.is_initial();
  };
  BOOST_TEST(is_initial_after(""));
  BOOST_TEST(is_initial_after(with("", 9)));
  BOOST_TEST(is_initial_after(with(wire::record(wire::abort_request, 2), 3)));
  BOOST_TEST(!is_initial_after(with("", 9) + "\x01"));
  BOOST_TEST(!is_initial_after(ask));
  BOOST_TEST(!is_initial_after(with(wire::begin(2), 2)));
  BOOST_TEST(!is_initial_after(wire::begin(1)));
}

BOOST_AUTO_TEST_SUITE_END()
