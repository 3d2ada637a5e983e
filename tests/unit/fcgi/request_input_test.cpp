// When a connection has a reader, and what it keeps while an answer is sent.
#include "fcgi/request_input.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "support/wire.hpp"
#include "unit/fcgi/feed.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

constexpr auto kept_max = RequestInput::pipelined_bytes_max - header_bytes;

std::string pipelined(RequestInput& input) {
  std::string joined;
  return std::string(input.take_pipelined({}, joined));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_input)

BOOST_AUTO_TEST_CASE(the_reader_lives_while_it_has_something_to_remember) {
  RequestInput input;
  BOOST_TEST(input.is_between_requests());
  auto& reader = input.reader(wide, {});
  std::string_view bytes = "\x01";
  BOOST_TEST((reader.take(bytes).value() == RequestReader::Progress::more));
  input.drop_initial_reader();
  BOOST_TEST(&input.reader(wide, {}) == &reader);
  BOOST_TEST(!input.is_between_requests());
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_dropped_knows_the_request_that_is_served) {
  const auto whole =
      wire::begin(7, true) + wire::stream(wire::params, 7, "") + wire::stream(wire::standard_input, 7, "");
  RequestInput input;
  std::string_view bytes = whole;
  BOOST_TEST((take_past_head(input.reader(wide, {}), bytes) == RequestReader::Progress::request));
  input.reader().release();
  input.drop_initial_reader();
  const auto abort = wire::record(wire::abort_request, 7);
  bytes = abort;
  BOOST_TEST((input.reader(wide, RequestReader::Served{7, false}).take(bytes).value() ==
              RequestReader::Progress::aborted));
  BOOST_TEST(input.reader().request_id() == 7U);
  // The next one begins.
  input.resume();
  bytes = whole;
  BOOST_TEST((take_past_head(input.reader(wide, {}), bytes) == RequestReader::Progress::request));
}

// Between two pieces there is no reader, and each split gives the same.
BOOST_AUTO_TEST_CASE(a_reader_of_a_body_that_streams_is_dropped_between_its_records) {
  const auto head = wire::begin(7, true) + wire::stream(wire::params, 7, "");
  const auto body = wire::record(wire::standard_input, 7, "one", {.padding = 3}) +
                    wire::record(wire::standard_input, 7, "two") + wire::record(wire::standard_input, 7);
  for (std::size_t split = 0; split <= body.size(); ++split) {
    RequestInput input;
    std::string_view bytes = head;
    BOOST_TEST((input.reader(wide, {}).take(bytes).value() == RequestReader::Progress::head));
    input.reader().stream_body();
    input.drop_initial_reader();
    std::string pieces;
    for (std::string_view part :
         {std::string_view(body).substr(0, split), std::string_view(body).substr(split)}) {
      while (!part.empty()) {
        auto& reader = input.reader(wide, RequestReader::Served{7, true});
        const auto progress = reader.take(part).value();
        if (progress == RequestReader::Progress::piece) pieces += reader.piece();
        if (progress == RequestReader::Progress::request) pieces += ".";
        BOOST_TEST(reader.request_id() == 7U);
        input.drop_initial_reader();
      }
    }
    BOOST_TEST(pieces == "onetwo.", split);
  }
}

BOOST_AUTO_TEST_CASE(bytes_come_back_in_their_order_and_once) {
  RequestInput input;
  BOOST_TEST(input.keep_pipelined("ab", true));
  BOOST_TEST(input.keep_pipelined("c", true));
  BOOST_TEST(input.has_pipelined());
  std::string joined;
  BOOST_TEST(input.take_pipelined("de", joined) == "abcde");
  BOOST_TEST(!input.has_pipelined());
}

BOOST_AUTO_TEST_CASE(without_pipelined_bytes_nothing_is_copied) {
  RequestInput input;
  std::string joined;
  const std::string_view bytes = "abc";
  BOOST_TEST(static_cast<const void*>(input.take_pipelined(bytes, joined).data()) ==
             static_cast<const void*>(bytes.data()));
  BOOST_TEST(joined.empty());
}

BOOST_AUTO_TEST_CASE(the_bound_counts_all_bytes_and_a_header) {
  RequestInput input;
  BOOST_TEST(input.keep_pipelined(std::string(kept_max - 1, 'x'), true));
  BOOST_TEST(input.keep_pipelined("x", true));
  BOOST_TEST(pipelined(input).size() == kept_max);
  BOOST_TEST(!input.keep_pipelined(std::string(kept_max + 1, 'x'), true));
}

BOOST_AUTO_TEST_CASE(of_unwanted_bytes_one_is_kept) {
  RequestInput input;
  for (int i = 0; i < 3; ++i) BOOST_TEST(input.keep_pipelined(std::string(kept_max + 1, 'x'), false));
  BOOST_TEST(pipelined(input) == "x");
}

BOOST_AUTO_TEST_SUITE_END()
