#include "base/packed.hpp"

#include <boost/test/unit_test.hpp>

using worker::base::PackedReader;
using worker::base::PackedWriter;

namespace {

std::string packed() {
  PackedWriter writer;
  writer.number(7);
  writer.text("seven");
  writer.text("");
  writer.number(1);
  return writer.take();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(packed_suite)

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
  const auto bytes = packed();
  PackedReader reader(bytes);
  BOOST_TEST(reader.number() == 7U);
  BOOST_TEST(reader.text() == "seven");
  BOOST_TEST(reader.text() == "");
  BOOST_TEST(!reader.complete());
  BOOST_TEST(reader.flag());
  BOOST_TEST(reader.complete());
}

BOOST_AUTO_TEST_CASE(every_cut_fails_and_nothing_is_read_after_it) {
  const auto bytes = packed();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    PackedReader reader(std::string_view(bytes).substr(0, size));
    reader.number();
    reader.text();
    reader.text();
    reader.flag();
    BOOST_TEST(reader.failed());
    BOOST_TEST(!reader.complete());
    BOOST_TEST(reader.number() == 0U);
    BOOST_TEST(reader.text() == "");
  }
}

BOOST_AUTO_TEST_CASE(bytes_behind_it_are_not_complete) {
  const auto bytes = packed() + "x";
  PackedReader reader(bytes);
  reader.number();
  reader.text();
  reader.text();
  reader.flag();
  BOOST_TEST(!reader.failed());
  BOOST_TEST(!reader.complete());
}

BOOST_AUTO_TEST_CASE(numbers_over_their_bound_fail) {
  PackedWriter writer;
  writer.number(2);
  const auto bytes = writer.take();
  BOOST_TEST(PackedReader(bytes).number(2) == 2U);
  PackedReader reader(bytes);
  BOOST_TEST(!reader.flag());
  BOOST_TEST(reader.failed());
}

BOOST_AUTO_TEST_CASE(more_elements_than_there_are_bytes_for_fail) {
  PackedWriter writer;
  writer.number(2);
  writer.number(1);
  writer.number(1);
  auto bytes = writer.take();
  BOOST_TEST(PackedReader(bytes).count() == 2U);
  bytes.front() = 4;  // of what was there before the number itself was read
  PackedReader reader(bytes);
  BOOST_TEST(reader.count() == 0U);
  BOOST_TEST(reader.failed());
}

BOOST_AUTO_TEST_CASE(a_text_as_long_as_memory_fails) {
  const std::string bytes(8, '\xff');
  PackedReader reader(bytes);
  BOOST_TEST(reader.text() == "");
  BOOST_TEST(reader.failed());
}

BOOST_AUTO_TEST_SUITE_END()
