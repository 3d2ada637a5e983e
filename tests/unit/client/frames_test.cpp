#include "client/frames.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using worker::base::Instant;
using worker::client::Answer;
using worker::client::Frame;
using worker::client::FrameReader;
using worker::client::frames_of;

namespace {

constexpr auto stream =
    ": hello\n\nretry: 3000\n\nid: 7\n\nevent: a\r\ndata: one\r\ndata: two\r\nid: 8\r\n\r\ndata\n\nnonsense: "
    "x\n\n";

void check(const std::vector<Frame>& frames) {
  BOOST_REQUIRE_EQUAL(frames.size(), 6U);
  BOOST_TEST(frames[0].comment == "hello");
  BOOST_TEST(!frames[0].is_event());
  BOOST_TEST(frames[1].has_retry);
  BOOST_TEST(frames[2].id.value() == "7");
  BOOST_TEST(!frames[2].is_event());
  BOOST_TEST(frames[3].type == "a");
  BOOST_TEST(frames[3].data == "one\ntwo");
  BOOST_TEST(frames[3].id.value() == "8");
  BOOST_TEST(frames[4].is_event());
  BOOST_TEST(frames[4].data == "");
  BOOST_TEST(!frames[5].is_event());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frames_suite)

BOOST_AUTO_TEST_CASE(every_split) {
  const std::string all(stream);
  for (std::size_t at = 0; at <= all.size(); ++at) {
    BOOST_TEST_CONTEXT(at) {
      FrameReader reader;
      auto frames = reader.take(all.substr(0, at), Instant());
      for (auto& frame : reader.take(all.substr(at), Instant())) frames.push_back(std::move(frame));
      check(frames);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_frame_has_the_time_of_its_last_byte) {
  Answer answer;
  const Instant first(std::chrono::seconds(1)), second(std::chrono::seconds(2));
  answer.body = "data: 1\n\ndata: 2\n\ndata: cut";
  answer.pieces = {{12, first}, {answer.body.size() - 12, second}};
  const auto frames = frames_of(answer);
  BOOST_REQUIRE_EQUAL(frames.size(), 2U);
  BOOST_TEST((frames[0].at == first));
  BOOST_TEST((frames[1].at == second));
}

BOOST_AUTO_TEST_CASE(an_endless_frame_is_cut) {
  FrameReader reader;
  const std::string piece(100'000, 'x');
  BOOST_TEST(reader.take("data: ", Instant()).empty());
  for (int n = 0; n < 100; ++n) BOOST_TEST(reader.take(piece, Instant()).empty());
  const auto frames = reader.take("\n\ndata: next\n\n", Instant());
  BOOST_REQUIRE_EQUAL(frames.size(), 2U);
  BOOST_TEST(frames[0].data.size() <= FrameReader::frame_bytes_max);
  BOOST_TEST(frames[1].data == "next");
}

BOOST_AUTO_TEST_SUITE_END()
