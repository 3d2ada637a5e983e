// What the address and the headers of a publish stream say.
#include "api/publish/stream_parameters.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

using namespace worker;
using namespace worker::api;

namespace {

const PublishSettings wide;

const char* name_of(StreamParameters::Format format) {
  constexpr const char* names[] = {"ndjson", "event stream", "lines", "chunks", "guessed"};
  return names[static_cast<std::size_t>(format)];
}

std::string told(const StreamParameters& given) {
  const auto& defaults = given.defaults;
  std::string text = name_of(given.format);
  for (const auto& topic : defaults.topics) text += " <" + topic + ">";
  if (!defaults.type.empty()) text += " event=" + defaults.type;
  if (!defaults.key.empty()) text += " key=" + defaults.key;
  if (defaults.retry) text += fmt::format(" retry={}", defaults.retry->count());
  if (defaults.is_private) text += " private";
  if (given.ids == StreamParameters::Ids::unique) text += " unique ids";
  if (given.ids == StreamParameters::Ids::none) text += " no ids";
  using Answers = StreamParameters::Answers;
  // The default of the format goes without saying.
  const bool ndjson = given.format == StreamParameters::Format::ndjson;
  if (given.answers == Answers::all) text += " all answers";
  if (given.answers == Answers::errors && ndjson) text += " errors only";
  if (given.answers == Answers::automatic && !ndjson) text += " automatic answers";
  if (given.close_topics) text += " closes";
  if (given.abort_type) text += " abort=" + *given.abort_type;
  if (given.writer) text += " writer=" + *given.writer;
  return text;
}

std::string detail_of(const http::Response& response) {
  const std::string mark = "\"detail\":\"";
  const auto begin = response.body.find(mark) + mark.size();
  return fmt::format("{} {}", response.head.status,
                     response.body.substr(begin, response.body.rfind('"') - begin));
}

http::Request request(std::string_view query, std::string type) {
  return {.method = "POST",
          .path = "/publish/stream",
          .query = http::Query::parse(query),
          .content_type = std::move(type)};
}

/// The parameters as text, or the status and what is wrong.
std::string of(std::string_view query, const std::string& type = "application/x-ndjson",
               const PublishSettings& settings = wide) {
  const auto given = stream_parameters(request(query, type), settings);
  return given ? told(given.value()) : detail_of(given.error());
}

constexpr auto lines = "text/plain";
constexpr auto frames = "text/event-stream";
constexpr auto guessed = "";

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_parameters_suite)

BOOST_AUTO_TEST_CASE(nothing_but_a_topic) {
  BOOST_TEST(of("topic=a") == "ndjson <a>");
  BOOST_TEST(of("topic=a", lines) == "lines <a>");
  BOOST_TEST(of("topic=a", frames) == "event stream <a>");
  BOOST_TEST(of("topic=a", guessed) == "guessed <a>");
}

BOOST_AUTO_TEST_CASE(types) {
  for (const auto* type : {"application/x-ndjson", "application/ndjson", "application/jsonl",
                           "Application/X-NDJSON; charset=utf-8"})
    BOOST_TEST(of("topic=a", type) == "ndjson <a>");
  BOOST_TEST(of("topic=a", "Text/Event-Stream;charset=utf-8") == "event stream <a>");
  BOOST_TEST(of("topic=a", "text/plain ; charset=utf-8") == "lines <a>");
  for (const auto* type : {"application/json", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", "text/html", "x"}) {
    BOOST_TEST(of("topic=a", type) ==
               "415 Content-Type: a publish stream is application/x-ndjson (one JSON object a line), "
               "text/event-stream or text/plain; send single events to /publish");
  }
}

BOOST_AUTO_TEST_CASE(codings) {
  auto compressed = request("topic=a", lines);
  compressed.headers.emplace("content-encoding", "gzip");
  const auto refused = stream_parameters(compressed, wide);
  BOOST_TEST(detail_of(refused.error()) ==
             "415 Content-Encoding: gzip is not supported here; send the body uncompressed");
  auto plain = request("topic=a", lines);
  plain.headers.emplace("content-encoding", "identity");
  BOOST_TEST(stream_parameters(plain, wide).has_value());
}

BOOST_AUTO_TEST_CASE(each_parameter) {
  BOOST_TEST(of("topic=a&topic=b&topic=a&event=token&key=k&private=1&retry=5") ==
             "ndjson <a> <b> event=token key=k retry=5 private");
  BOOST_TEST(of("topic=a&event=&key=&private=0&retry=0&close=0&ids=keep&answers=auto") ==
             "ndjson <a> retry=0");
  BOOST_TEST(of("topic=a&private=true") == "ndjson <a> private");
  BOOST_TEST(of("topic=a&close=1&abort=died&writer=w%201&answers=all") ==
             "ndjson <a> all answers closes abort=died writer=w 1");
  BOOST_TEST(of("topic=a&answers=errors") == "ndjson <a> errors only");
  BOOST_TEST(of("topic=a&split=line", lines) == "lines <a>");
  BOOST_TEST(of("topic=a&split=chunk", lines) == "chunks <a>");
  BOOST_TEST(of("topic=a&ids=unique", frames) == "event stream <a> unique ids");
  BOOST_TEST(of("topic=a&ids=none", frames) == "event stream <a> no ids");
}

// They say what the body is, where no type does.
BOOST_AUTO_TEST_CASE(parameters_of_one_format_without_a_type) {
  BOOST_TEST(of("topic=a&split=line", guessed) == "lines <a>");
  BOOST_TEST(of("topic=a&split=chunk", guessed) == "chunks <a>");
  BOOST_TEST(of("topic=a&ids=none", guessed) == "event stream <a> no ids");
  BOOST_TEST(of("topic=a&ids=keep", guessed) == "guessed <a>");
  BOOST_TEST(of("topic=a&ids=none&split=line", guessed) ==
             "400 ids: goes with Content-Type: text/event-stream");
}

BOOST_AUTO_TEST_CASE(parameters_of_another_format) {
  for (const auto* type : {"application/x-ndjson", frames})
    BOOST_TEST(of("topic=a&split=line", type) == "400 split: goes with Content-Type: text/plain");
  for (const auto* type : {"application/x-ndjson", lines}) {
    BOOST_TEST(of("topic=a&ids=unique", type) == "400 ids: goes with Content-Type: text/event-stream");
    BOOST_TEST(of("topic=a&ids=keep", type).starts_with(name_of(StreamParameters::Format::ndjson)) ==
               (type != std::string(lines)));
  }
}

BOOST_AUTO_TEST_CASE(each_given_twice) {
  for (const auto* name :
       {"event", "key", "private", "retry", "split", "ids", "close", "abort", "writer", "answers"}) {
    const std::string value = name == std::string("split")     ? "line"
                              : name == std::string("ids")     ? "keep"
                              : name == std::string("answers") ? "all"
                                                               : "1";
    BOOST_TEST(of(fmt::format("topic=a&{0}={1}&{0}={1}", name, value), lines) ==
               fmt::format("400 {}: is given twice", name));
  }
}

BOOST_AUTO_TEST_CASE(values_that_are_wrong) {
  const std::pair<const char*, const char*> wrong[] = {
      {"topic=a&split=word", "split: must be line or chunk"},
      {"topic=a&ids=x", "ids: must be keep or unique or none"},
      {"topic=a&answers=", "answers: must be auto or all or errors"},
      {"topic=a&close=true", "close: must be 0 or 1"},
      {"topic=a&private=2", "private: must be 1 or 0"},
      {"topic=a&retry=-1", "retry: must be milliseconds from 0 to 86400000"},
      {"topic=a&event=a%0ab", "event: contains a control character"},
      {"topic=a&event=gap",
       "event: gap is reserved: the worker itself sends gap, close, heartbeat, expired, resume, stopped; "
       "choose another "
       "type, or allow them with publish.reserved_types"},
      {"topic=a&key=%ff", "key: is not valid UTF-8"},
      {"topic=a&abort=", "abort: must be the type of an event"},
      {"topic=a&writer=", "writer: must be a name of 1 to 128 printable characters"},
      {"topic=a&writer=a%0a", "writer: must be a name of 1 to 128 printable characters"},
      {"topic=", "topic: must not be empty"},
  };
  for (const auto& [query, detail] : wrong) BOOST_TEST(of(query, lines) == std::string("400 ") + detail);
  BOOST_TEST(of("topic=a&writer=" + std::string(128, 'w')).ends_with(std::string(128, 'w')));
  BOOST_TEST(of("topic=a&writer=" + std::string(129, 'w')) ==
             "400 writer: must be a name of 1 to 128 printable characters");
  BOOST_TEST(of("topic=a&abort=stopped").starts_with("400 abort: stopped is reserved"));
  BOOST_TEST(of("topic=a&abort=a%0ab") == "400 abort: contains a control character");
}

BOOST_AUTO_TEST_CASE(topics_at_the_bound_and_one_past_it) {
  const PublishSettings settings{.topics_max = 2, .topic_bytes_max = 3};
  BOOST_TEST(of("topic=abc&topic=b", lines, settings) == "lines <abc> <b>");
  BOOST_TEST(of("topic=a&topic=b&topic=c", lines, settings) == "400 topic: 3 given, at most 2 are allowed");
  BOOST_TEST(of("topic=abcd", lines, settings).starts_with("400 topic: "));
}

// Only NDJSON can name topics itself.
BOOST_AUTO_TEST_CASE(without_a_topic) {
  BOOST_TEST(of("") == "ndjson");
  BOOST_TEST(of("", guessed) == "guessed");
  BOOST_TEST(of("event=e") == "ndjson event=e");
  const std::string missing = "400 topic: is missing; a body of this type has none, so it must be in the URL";
  BOOST_TEST(of("", lines) == missing);
  BOOST_TEST(of("", frames) == missing);
  BOOST_TEST(of("split=line", guessed) == missing);
  BOOST_TEST(of("ids=none", guessed) == missing);
  BOOST_TEST(of("close=1") == "400 close: needs a topic beside it");
  BOOST_TEST(of("abort=x", guessed) == "400 abort: needs a topic beside it");
  BOOST_TEST(of("writer=x") == "400 writer: needs a topic beside it");
}

// Those of the web server or of the application are none of ours. One that resembles ours is a mistake.
BOOST_AUTO_TEST_CASE(unknown_parameters) {
  BOOST_TEST(of("topic=a&utm_source=x&authorization=y&v=2") == "ndjson <a>");
  BOOST_TEST(of("topics=a", guessed) ==
             "400 topics: is not a parameter; did you mean topic? There are topic, event, key, private, "
             "retry, split, "
             "ids, close, abort, writer, answers");
  for (const auto* name : {"answer", "closes", "abor", "Writer", "spilt", "privat", "evnt"})
    BOOST_TEST(of(fmt::format("topic=a&{}=1", name))
                   .starts_with(fmt::format("400 {}: is not a parameter; did", name)),
               name);
  BOOST_TEST(of("topic=a&data=x") == "400 data: must be in the body, not in the URL");
  BOOST_TEST(of("topic=a&id=x") == "400 id: must be in the body, not in the URL");
}

BOOST_AUTO_TEST_CASE(each_stream_has_ids_of_its_own) {
  const auto one = stream_parameters(request("topic=a&ids=unique", frames), wide).value();
  const auto two = stream_parameters(request("topic=a&ids=unique", frames), wide).value();
  BOOST_TEST(one.id_of("1").size() == 18U);
  BOOST_TEST(one.id_of("1").ends_with("-1"));
  BOOST_TEST(one.id_of("1") == one.id_of("1"));
  BOOST_TEST(one.id_of("1") != two.id_of("1"));
  BOOST_TEST(one.id_of("") == "");
  StreamParameters given;
  BOOST_TEST(given.id_of("1") == "1");
  given.ids = StreamParameters::Ids::none;
  BOOST_TEST(given.id_of("1") == "");
}

BOOST_AUTO_TEST_CASE(of_a_stream_that_is_not_http) {
  const auto given = [](std::string_view members) {
    const auto result = stream_parameters(http::Query::parse(members), wide);
    return result ? told(result.value()) : result.error();
  };
  BOOST_TEST(given("topic=a&event=e&close=1&abort=x") == "ndjson <a> event=e closes abort=x");
  BOOST_TEST(given("") == "ndjson");
  BOOST_TEST(given("topic=a&ids=none") == "ids: goes with Content-Type: text/event-stream");
  BOOST_TEST(given("topic=a&retry=x") == "retry: must be milliseconds from 0 to 86400000");
  BOOST_TEST(given("topic=a&split=line") == "split: goes with Content-Type: text/plain");
}

BOOST_AUTO_TEST_SUITE_END()
