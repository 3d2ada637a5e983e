#include "pipe/answer.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using worker::pipe::Answer;
using worker::pipe::AnswerReader;
using Kind = Answer::Kind;

namespace {

Answer answer_of(const std::string& line) {
  AnswerReader reader;
  reader.take(line + "\n");
  auto answer = reader.next();
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(!reader.next());
  return *answer;
}

void check(const std::string& line, Kind kind, const std::string& text) {
  BOOST_TEST_CONTEXT(line) {
    const auto answer = answer_of(line);
    BOOST_TEST(static_cast<int>(answer.kind) == static_cast<int>(kind));
    BOOST_TEST(answer.text == text);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answer_suite)

BOOST_AUTO_TEST_CASE(events) {
  check(R"({"id":"660de4b8b9632-1"})", Kind::stored, "");
  check(R"({"error":"line 3: topic: is missing"})", Kind::refused, "topic: is missing");
  check(R"({"error":"line 30: a","retry":false})", Kind::refused, "a");
  check(R"({"error":"line 3: away","retry":true})", Kind::postponed, "away");
}

BOOST_AUTO_TEST_CASE(errors_of_the_whole_stream) {
  for (const auto* text : {"defaults: topic: is missing", "There are 7 publish streams already.", "line : x",
                           "line 3", "line 3:x", "line x: y", ""})
    check(R"({"error":")" + std::string(text) + "\"}", Kind::denied, text);
}

BOOST_AUTO_TEST_CASE(stops_and_ends) {
  check(R"({"stop":{"topic":"chat/42"}})", Kind::stop, "chat/42");
  const auto drain = answer_of(R"({"end":{"reason":"drain","retryMs":1500}})");
  BOOST_TEST((drain.kind == Kind::end && drain.end == Answer::End::drain));
  BOOST_TEST(drain.retry.count() == 1'500);
  const auto fenced = answer_of(R"({"end":{"reason":"fenced","writer":"B"}})");
  BOOST_TEST((fenced.kind == Kind::end && fenced.end == Answer::End::fenced));
  BOOST_TEST(fenced.writer == "B");
  BOOST_TEST((answer_of(R"({"end":{"reason":"revoked"}})").end == Answer::End::revoked));
  BOOST_TEST((answer_of(R"({"end":{"reason":"expired"}})").end == Answer::End::expired));
  BOOST_TEST((answer_of(R"({"end":{"reason":"idle"}})").end == Answer::End::idle));
  const auto other = answer_of(R"({"end":{"reason":"tired"}})");
  BOOST_TEST((other.end == Answer::End::other));
  BOOST_TEST(other.text == "tired");
}

BOOST_AUTO_TEST_CASE(a_time_to_come_back_is_within_reason) {
  const auto retry = [](const std::string& ms) {
    return answer_of(R"({"end":{"reason":"drain","retryMs":)" + ms + "}}").retry.count();
  };
  BOOST_TEST(retry("0") == 0);
  BOOST_TEST(retry("-1") == 0);
  BOOST_TEST(retry("3600000") == 3'600'000);
  BOOST_TEST(retry("3600001") == 3'600'000);
  BOOST_TEST(retry("\"soon\"") == 0);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_answered_at_its_end) {
  check(R"({"stored":1,"rejected":0,"last":"x"})", Kind::stored, "");
  AnswerReader reader;
  reader.take("{\"stored\":0,\"rejected\":1,\"last\":null}\n{\"end\":{\"reason\":\"drain\"}}\n");
  const auto answer = reader.next();
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST((answer->kind == Kind::end));
  check(R"({"stored":2})", Kind::foreign, R"({"stored":2})");
}

BOOST_AUTO_TEST_CASE(what_is_no_answer) {
  for (const auto* line :
       {"<html>", "[]", "1", "{", "{}", R"({"stop":1})", R"({"end":"x"})", R"({"ID":"x"})"})
    check(line, Kind::foreign, line);
  check("\x1b[31m", Kind::foreign, "\\x1b[31m");
  check("", Kind::foreign, "");
}

BOOST_AUTO_TEST_CASE(in_any_pieces) {
  const std::string all = "{\"id\":\"a\"}\n{\"error\":\"line 1: b\"}\n{\"stop\":{\"topic\":\"c\"}}\n";
  for (std::size_t part = 1; part <= all.size(); ++part) {
    AnswerReader reader;
    std::vector<Kind> found;
    for (std::size_t at = 0; at < all.size(); at += part) {
      reader.take(all.substr(at, part));
      while (const auto answer = reader.next()) found.push_back(answer->kind);
    }
    BOOST_TEST((found == std::vector<Kind>{Kind::stored, Kind::refused, Kind::stop}));
  }
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_is_bounded) {
  constexpr std::size_t line_bytes_max = 65'536;
  AnswerReader reader;
  reader.take(std::string(line_bytes_max, 'x'));
  BOOST_TEST(!reader.next());
  reader.take("x");
  const auto answer = reader.next();
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST((answer->kind == Kind::foreign));
  BOOST_TEST(answer->text.size() < 100U);
}

BOOST_AUTO_TEST_SUITE_END()
