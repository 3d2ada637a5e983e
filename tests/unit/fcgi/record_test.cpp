#include "fcgi/record.hpp"

#include <boost/test/unit_test.hpp>

#include "support/wire.hpp"

using namespace worker::fcgi;
namespace wire = worker::support::wire;

namespace {

RecordHeader decoded(const std::string& bytes) {
  std::array<char, header_bytes> header{};
  bytes.copy(header.data(), header.size());
  return RecordHeader::decode(header);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_suite)

BOOST_AUTO_TEST_CASE(every_field_of_a_header) {
  const auto header = decoded(wire::octets({1, 2, 3, 4, 5, 6, 7, 8}));
  BOOST_TEST(header.version == 1);
  BOOST_TEST(header.type == 2);
  BOOST_TEST(header.request_id == 0x0304);
  BOOST_TEST(header.content_bytes == 0x0506);
  BOOST_TEST(header.padding_bytes == 7);
}

BOOST_AUTO_TEST_CASE(high_bytes_are_not_signed) {
  const auto header = decoded(wire::octets({0xff, 0xfe, 0x80, 0xff, 0xff, 0x80, 0xfd, 0xff}));
  BOOST_TEST(header.version == 0xff);
  BOOST_TEST(header.type == 0xfe);
  BOOST_TEST(header.request_id == 0x80ff);
  BOOST_TEST(header.content_bytes == 0xff80);
  BOOST_TEST(header.padding_bytes == 0xfd);
}

BOOST_AUTO_TEST_CASE(a_record_is_its_header_and_its_content) {
  std::string out = "before";
  append_record(out, 6, 0x1234, "abc");
  BOOST_TEST(out == "before" + wire::octets({1, 6, 0x12, 0x34, 0, 3, 0, 0}) + "abc");
}

BOOST_AUTO_TEST_CASE(every_size_that_matters_survives_the_round_trip) {
  for (const std::size_t size : {0U, 1U, 255U, 256U, 257U, 32'768U, 65'534U, 65'535U}) {
    for (const unsigned id : {0U, 1U, 255U, 256U, 65'535U}) {
      const std::string content(size, 'c');
      std::string out;
      append_record(out, 5, static_cast<std::uint16_t>(id), content);
      const auto header = decoded(out);
      BOOST_TEST(header.version == 1);
      BOOST_TEST(header.type == 5);
      BOOST_TEST(header.request_id == id);
      BOOST_TEST(header.content_bytes == size);
      BOOST_TEST(header.padding_bytes == 0);
      BOOST_TEST((out.substr(header_bytes) == content));
    }
  }
}

// An empty STDOUT record means the end, so an empty payload must be nothing.
BOOST_AUTO_TEST_CASE(stdout_of_nothing_is_nothing) {
  std::string out;
  append_stdout(out, 1, "");
  BOOST_TEST(out == "");
}

BOOST_AUTO_TEST_CASE(stdout_is_cut_at_32_kib) {
  const std::string kib32(32 * 1024, 'x');
  const auto sent = [](const std::string& payload) {
    std::string out;
    append_stdout(out, 7, payload);
    return out;
  };
  const auto record = [](std::string_view content) {
    return wire::record(wire::standard_output, 7, content);
  };
  BOOST_TEST(sent("x") == record("x"));
  BOOST_TEST((sent(kib32.substr(1)) == record(kib32.substr(1))));
  BOOST_TEST((sent(kib32) == record(kib32)));
  BOOST_TEST((sent(kib32 + "y") == record(kib32) + record("y")));
  BOOST_TEST((sent(kib32 + kib32) == record(kib32) + record(kib32)));
  BOOST_TEST((sent(kib32 + kib32 + "yz") == record(kib32) + record(kib32) + record("yz")));
}

BOOST_AUTO_TEST_CASE(the_end_of_an_answer) {
  std::string out;
  append_end(out, 0x0102);
  BOOST_TEST(out == wire::octets({1, 6, 1, 2, 0, 0, 0, 0,                             // empty STDOUT
                                  1, 3, 1, 2, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));  // END_REQUEST
}

BOOST_AUTO_TEST_CASE(the_begin_of_a_request) {
  std::string out;
  append_begin(out, 1);
  BOOST_TEST(out == wire::octets({1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0}));
}

BOOST_AUTO_TEST_SUITE_END()
