// The floor's reading and writing of FastCGI: a baseline that loses bytes would be no baseline.
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "every_split.hpp"
#include "floor/record.hpp"
#include "floor/request_decoder.hpp"

using namespace sse::floor;
using namespace std::string_literals;

namespace {

std::string record(char type, std::string_view content, std::size_t padding = 0) {
  std::string out = {1,
                     type,
                     0,
                     1,
                     static_cast<char>(content.size() >> 8),
                     static_cast<char>(content.size()),
                     static_cast<char>(padding),
                     0};
  return out.append(content).append(padding, 'p');
}

std::string pair(std::string_view name, std::string_view value) {
  std::string out = {static_cast<char>(name.size()), static_cast<char>(value.size())};
  return out.append(name).append(value);
}

// What a reader of the STDOUT records gets; each is to be at most `content_bytes_max`.
std::string content_of(std::string_view bytes, std::size_t content_bytes_max) {
  std::string out;
  while (!bytes.empty()) {
    const std::size_t size = static_cast<std::uint8_t>(bytes[4]) * 256U + static_cast<std::uint8_t>(bytes[5]);
    BOOST_REQUIRE(size > 0 && size <= content_bytes_max);
    BOOST_REQUIRE_EQUAL(bytes[1], 6);
    out += bytes.substr(8, size);
    bytes.remove_prefix(8 + size);
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(floors)

BOOST_AUTO_TEST_CASE(a_request_in_every_split) {
  const std::string text = record(1, "\0\1\1\0\0\0\0\0"s) +
                           record(4, pair("QUERY_STRING", "topic=a") + pair("SCRIPT_NAME", "/publish"), 3) +
                           record(4, "") + record(5, "bo", 6) + record(5, "dy") + record(5, "");
  sse::bench::for_every_split(text, [](const std::vector<std::string>& parts) {
    RequestDecoder decoder;
    int whole = 0;
    for (const std::string& part : parts) whole += decoder.feed(part) ? 1 : 0;
    BOOST_REQUIRE_EQUAL(whole, 1);
    BOOST_REQUIRE_EQUAL(decoder.request().path, "/publish");
    BOOST_REQUIRE_EQUAL(decoder.request().query, "topic=a");
    BOOST_REQUIRE_EQUAL(decoder.request().body, "body");
    BOOST_REQUIRE(decoder.request().keep_connection);
  });
}

BOOST_AUTO_TEST_CASE(one_request_after_the_other) {
  RequestDecoder decoder;
  for (const std::string path : {"/publish", "/events"}) {
    const std::string text = record(1, "\0\1\0\0\0\0\0\0"s) + record(4, pair("SCRIPT_NAME", path)) +
                             record(4, "") + record(5, path) + record(5, "");
    BOOST_TEST(decoder.feed(text));
    BOOST_TEST(decoder.request().path == path);
    BOOST_TEST(decoder.request().body == path);
    BOOST_TEST(!decoder.request().keep_connection);
    decoder.reset();
  }
}

BOOST_AUTO_TEST_CASE(records_are_filled_and_continued) {
  for (const std::size_t size : {1U, 100U, 32'767U, 32'768U, 32'769U, 100'000U}) {
    Records records;
    std::string whole;
    for (int time = 0; time < 5; ++time) {
      const std::string part(size, static_cast<char>('a' + time));
      records.append(part);
      whole += part;
    }
    BOOST_TEST((content_of(records.bytes(), 32'768) == whole));
    records.clear();
    BOOST_TEST(records.empty());
  }
}

BOOST_AUTO_TEST_CASE(an_answer_ends_as_complete) {
  std::string out;
  append_end(out);
  BOOST_TEST(out == "\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0"s);
}

BOOST_AUTO_TEST_SUITE_END()
