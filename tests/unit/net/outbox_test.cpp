#include "net/outbox.hpp"

#include <boost/test/unit_test.hpp>

#include "support/socket_pair.hpp"

using namespace worker::net;
using worker::support::fill;
using worker::support::received;
using worker::support::SocketPair;
using worker::support::varied;

namespace {

worker::base::Bytes shared(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

struct Fixture {
  SocketPair pair;
  Outbox outbox;

  // Lets the peer read `step` bytes at a time until everything is sent.
  std::string drained(std::size_t step) {
    std::string all;
    auto flushed = outbox.flush(pair.ours.get());
    while (flushed == Outbox::Flushed::blocked) {
      all += received(pair.theirs.get(), step);
      flushed = outbox.flush(pair.ours.get());
    }
    BOOST_TEST((flushed == Outbox::Flushed::all));
    return all + received(pair.theirs.get());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outbox_suite, Fixture)

BOOST_AUTO_TEST_CASE(nothing_to_send) {
  BOOST_TEST(outbox.size_bytes() == 0U);
  BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::all));
  outbox.push(shared(""));
  BOOST_TEST(outbox.size_bytes() == 0U);
  BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::all));
  BOOST_TEST(received(pair.theirs.get()) == "");
}

BOOST_AUTO_TEST_CASE(pieces_in_order_and_counted) {
  outbox.push(shared("one "));
  outbox.push(shared(""));
  outbox.push(shared("two "));
  outbox.push(shared("three"));
  BOOST_TEST(outbox.size_bytes() == 13U);
  BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::all));
  BOOST_TEST(outbox.size_bytes() == 0U);
  BOOST_TEST(received(pair.theirs.get()) == "one two three");
}

BOOST_AUTO_TEST_CASE(the_first_piece_may_begin_anywhere) {
  const std::string text = "abcdef";
  for (std::size_t offset = 0; offset <= text.size() + 1; ++offset) {
    const auto rest = text.substr(std::min(offset, text.size()));
    outbox.push(shared(text), offset);
    BOOST_TEST(outbox.size_bytes() == rest.size());
    outbox.push(shared("|"));
    BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::all));
    BOOST_TEST(received(pair.theirs.get()) == rest + "|");
  }
}

BOOST_AUTO_TEST_CASE(more_pieces_than_one_call_takes) {
  std::string expected;
  for (unsigned i = 0; i < 200; ++i) {
    const auto piece = varied(i % 7, i);
    outbox.push(shared(piece));
    expected += piece;
  }
  BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::all));
  BOOST_TEST((received(pair.theirs.get()) == expected));
}

// Pieces smaller and larger than the socket's buffer, which the peer reads in steps of several sizes: a step
// ends inside a piece, between two, and after several.
BOOST_AUTO_TEST_CASE(exact_bytes_whatever_the_socket_takes) {
  pair.shrink_send_buffer();
  for (const std::size_t step : {1U, 7U, 100U, 1'000U, 4'096U, 100'000U}) {
    std::string expected;
    for (unsigned i = 0; i < 40; ++i) {
      const auto piece = varied(i * i * 13 % 3'000, i);
      outbox.push(shared(piece));
      expected += piece;
    }
    outbox.push(shared(varied(50'000, 41)));
    expected += varied(50'000, 41);
    BOOST_TEST((drained(step) == expected), step);
    BOOST_TEST(outbox.size_bytes() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(pushed_to_while_blocked) {
  pair.shrink_send_buffer();
  outbox.push(shared(varied(100'000)));
  BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::blocked));
  const auto waiting = outbox.size_bytes();
  BOOST_TEST(waiting > 0U);
  BOOST_TEST(waiting < 100'000U);
  outbox.push(shared("the end"));
  BOOST_TEST(outbox.size_bytes() == waiting + 7);
  BOOST_TEST((drained(500) == varied(100'000) + "the end"));
}

BOOST_AUTO_TEST_CASE(bytes_are_shared_and_given_back) {
  pair.shrink_send_buffer();
  const auto bytes = shared(varied(20'000));
  Outbox other;
  outbox.push(bytes);
  outbox.push(bytes);
  other.push(bytes);
  BOOST_TEST(bytes.use_count() == 4);
  BOOST_TEST((drained(20'000) == *bytes + *bytes));
  BOOST_TEST(bytes.use_count() == 2);
}

BOOST_AUTO_TEST_CASE(a_peer_that_left) {
  outbox.push(shared("a"));
  pair.theirs.reset();
  BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::broken));
  BOOST_TEST(outbox.size_bytes() == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_leaves_while_bytes_wait) {
  pair.shrink_send_buffer();
  outbox.push(shared(varied(50'000)));
  BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::blocked));
  pair.theirs.reset();
  BOOST_TEST((outbox.flush(pair.ours.get()) == Outbox::Flushed::broken));
}

BOOST_AUTO_TEST_CASE(one_send) {
  BOOST_TEST(send_some(pair.ours.get(), "hello", 5) == 5);
  BOOST_TEST(send_some(pair.ours.get(), "", 0) == 0);
  BOOST_TEST(received(pair.theirs.get()) == "hello");
  fill(pair.ours.get());
  BOOST_TEST(send_some(pair.ours.get(), "x", 1) == 0);
  pair.theirs.reset();
  BOOST_TEST(send_some(pair.ours.get(), "x", 1) == -1);
  BOOST_TEST(send_some(-1, "x", 1) == -1);
}

BOOST_AUTO_TEST_CASE(what_waits_can_be_sent_by_another_one) {
  BOOST_TEST(outbox.pieces().empty());
  outbox.push(shared("half sent"), 5);
  outbox.push(shared(" and the rest"));
  const auto pieces = outbox.pieces();
  BOOST_REQUIRE(pieces.size() == 2U);
  BOOST_TEST(*pieces[0].first == "half sent");
  BOOST_TEST(pieces[0].second == 5U);
  BOOST_TEST(pieces[1].second == 0U);
  Outbox other;
  for (const auto& [bytes, offset] : pieces) other.push(bytes, offset);
  BOOST_TEST(other.size_bytes() == outbox.size_bytes());
  BOOST_TEST((other.flush(pair.ours.get()) == Outbox::Flushed::all));
  BOOST_TEST(received(pair.theirs.get()) == "sent and the rest");
}

BOOST_AUTO_TEST_SUITE_END()
