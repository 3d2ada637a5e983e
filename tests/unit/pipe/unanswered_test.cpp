#include "pipe/unanswered.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using worker::pipe::Unanswered;

namespace {

// Sends all that may be sent.
std::string send(Unanswered& lines) {
  const std::string sent(lines.unsent());
  lines.mark_sent(sent.size());
  return sent;
}

Unanswered with(std::initializer_list<const char*> all, std::size_t bytes_max = 1'000) {
  Unanswered lines(bytes_max);
  std::uint64_t number = 0;
  for (const auto* line : all) lines.add(++number, line);
  return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unanswered_suite)

BOOST_AUTO_TEST_CASE(lines_are_sent_once_and_answered_in_order) {
  auto lines = with({"a\n", "bb\n"});
  BOOST_TEST(send(lines) == "a\nbb\n");
  BOOST_TEST(send(lines) == "");
  lines.add(3, "c\n");
  BOOST_TEST(send(lines) == "c\n");
  BOOST_TEST(lines.size() == 3U);
  for (std::uint64_t number = 1; number <= 3; ++number) BOOST_TEST(lines.answered().value() == number);
  BOOST_TEST(lines.is_empty());
  BOOST_TEST(!lines.answered());
}

BOOST_AUTO_TEST_CASE(sent_in_any_parts) {
  const std::string all = "a\nbb\nccc\n";
  for (std::size_t part = 1; part <= all.size(); ++part) {
    auto lines = with({"a\n", "bb\n", "ccc\n"});
    std::string sent;
    while (!lines.unsent().empty()) {
      const auto next = std::string(lines.unsent().substr(0, part));
      lines.mark_sent(next.size());
      sent += next;
    }
    BOOST_TEST(sent == all);
    for (std::uint64_t number = 1; number <= 3; ++number) BOOST_TEST(lines.answered().value() == number);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_for_a_line_that_was_not_sent_is_none) {
  auto lines = with({"a\n", "b\n"});
  BOOST_TEST(!lines.answered());
  BOOST_TEST(!lines.postponed());
  lines.mark_sent(2);
  BOOST_TEST(lines.answered().value() == 1U);
  BOOST_TEST(!lines.answered());
}

BOOST_AUTO_TEST_CASE(room_at_its_edge) {
  Unanswered lines(10);
  BOOST_TEST(lines.has_room(1'000));  // a line alone
  BOOST_TEST(lines.has_room(10));
  lines.add(1, "123\n");
  BOOST_TEST(lines.has_room(6));
  lines.add(2, "123\n");
  BOOST_TEST(lines.has_room(2));
  BOOST_TEST(!lines.has_room(3));
}

BOOST_AUTO_TEST_CASE(room_after_there_was_none) {
  Unanswered lines(10);
  for (std::uint64_t number = 1; number <= 5; ++number) lines.add(number, "1\n");
  BOOST_TEST(!lines.has_room(1));
  send(lines);
  BOOST_TEST(!lines.has_room(1));  // sent is not answered
  lines.answered();
  lines.answered();
  BOOST_TEST(!lines.has_room(1));  // more than half is not
  lines.answered();
  BOOST_TEST(lines.has_room(6));
  BOOST_TEST(!lines.has_room(7));
}

BOOST_AUTO_TEST_CASE(room_for_a_long_line) {
  Unanswered lines(10);
  lines.add(1, "1\n");
  BOOST_TEST(!lines.has_room(11));
  send(lines);
  BOOST_TEST(!lines.has_room(11));
  lines.answered();
  BOOST_TEST(lines.has_room(11));
  lines.add(2, "1234567890\n");
  BOOST_TEST(lines.is_long());
  BOOST_TEST(!lines.has_room(1));
}

BOOST_AUTO_TEST_CASE(a_new_connection_sends_what_is_unanswered) {
  auto lines = with({"a\n", "b\n", "c\n"});
  lines.mark_sent(5);  // and a part of c
  lines.answered();
  lines.resend();
  BOOST_TEST(send(lines) == "b\nc\n");
  BOOST_TEST(lines.answered().value() == 2U);
  lines.resend();
  lines.resend();
  BOOST_TEST(send(lines) == "c\n");
  BOOST_TEST(lines.answered().value() == 3U);
  BOOST_TEST(lines.is_empty());
}

// As the worker does with one that is too long.
BOOST_AUTO_TEST_CASE(a_line_may_be_answered_before_its_end_is_sent) {
  auto lines = with({"long line\n", "b\n"});
  lines.mark_sent(4);
  BOOST_TEST(lines.answered().value() == 1U);
  BOOST_TEST(lines.size() == 1U);
  BOOST_TEST(!lines.answered());
  BOOST_TEST(send(lines) == " line\nb\n");
  BOOST_TEST(lines.answered().value() == 2U);
  BOOST_TEST(lines.is_empty());
}

BOOST_AUTO_TEST_CASE(such_a_line_is_not_sent_on_a_new_connection) {
  auto lines = with({"long line\n", "b\n"});
  lines.mark_sent(4);
  lines.answered();
  lines.resend();
  BOOST_TEST(send(lines) == "b\n");
}

BOOST_AUTO_TEST_CASE(postponed_lines_are_sent_again_in_order_without_those_that_are_stored) {
  auto lines = with({"a\n", "b\n", "c\n", "d\n", "e\n"});
  send(lines);
  BOOST_TEST(lines.answered().value() == 1U);
  BOOST_TEST(lines.postponed().value() == 2U);
  lines.add(6, "f\n");
  BOOST_TEST(send(lines) == "");  // nothing overtakes b
  BOOST_TEST(!lines.may_resend());
  BOOST_TEST(lines.answered().value() == 3U);
  BOOST_TEST(lines.postponed().value() == 4U);
  BOOST_TEST(!lines.may_resend());
  BOOST_TEST(lines.answered().value() == 5U);
  BOOST_TEST(lines.may_resend());
  BOOST_TEST(lines.size() == 3U);
  lines.resend();
  BOOST_TEST(!lines.may_resend());
  BOOST_TEST(send(lines) == "b\nd\nf\n");
  for (const std::uint64_t number : {2, 4, 6}) BOOST_TEST(lines.answered().value() == number);
  BOOST_TEST(lines.is_empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_was_begun_is_finished_before_the_pause) {
  auto lines = with({"a\n", "bcd\n", "e\n"});
  lines.mark_sent(3);
  lines.postponed();
  BOOST_TEST(!lines.may_resend());
  BOOST_TEST(send(lines) == "cd\n");
  BOOST_TEST(!lines.may_resend());
  BOOST_TEST(lines.answered().value() == 2U);
  BOOST_TEST(lines.may_resend());
  lines.resend();
  BOOST_TEST(send(lines) == "a\ne\n");
}

BOOST_AUTO_TEST_CASE(many_lines) {
  Unanswered lines(1'000);
  std::string sent;
  std::uint64_t added = 0;
  std::uint64_t answered = 0;
  while (answered < 100'000) {
    for (auto line = std::to_string(added + 1) + "\n"; lines.has_room(line.size());
         line = std::to_string(added + 1) + "\n")
      lines.add(++added, line);
    const auto part = lines.unsent().substr(0, 313);
    sent += part;
    lines.mark_sent(part.size());
    for (int i = 0; i < 40; ++i) {
      if (const auto number = lines.answered()) BOOST_REQUIRE(*number == ++answered);
    }
  }
  std::size_t at = 0;
  for (std::uint64_t number = 1; number <= answered; ++number) {
    const auto line = std::to_string(number) + "\n";
    BOOST_REQUIRE(sent.substr(at, line.size()) == line);
    at += line.size();
  }
}

BOOST_AUTO_TEST_SUITE_END()
