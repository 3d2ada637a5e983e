// Commands as Redis reads them, and replies of every form, also those that no Redis should send.
#include "store/redis/stream.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

#include "store/redis/scripts.hpp"
#include "support/drafts.hpp"
#include "support/resp.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

const RedisStream stream{"n"};

std::string entry(const std::string& id, const std::vector<std::string>& fields) {
  return resp::array({resp::bulk(id), resp::strings(fields)});
}
const std::string good = entry("7-1", {"topics", "a", "event", "data: x\n", "at", "5"});

std::vector<PackText> two_packs() { return {{.events = 2}, {.events = 2}}; }
std::string packed(const std::string& text) { return resp::array({entry("7-3", {"pack", text, "at", "5"})}); }

struct Decoder {
  std::string name;
  std::function<void(const redisReply&)> read;
  std::string good;
  bool takes_nil = false;
  bool takes_empty = false;
};

const std::vector<Decoder> decoders{
    {"its opening", [](const redisReply& reply) { RedisStream::read_state(reply); },
     resp::array({resp::bulk("7"), resp::integer(3), resp::integer(1), resp::bulk("7-2"), resp::integer(9)})},
    {"a publish", [](const redisReply& reply) { RedisStream::read_appended(reply, two_packs()); },
     resp::array({resp::bulk("7"), resp::integer(3), resp::array({resp::integer(5), resp::integer(-1)})})},
    {"ZRANGEBYSCORE", [](const redisReply& reply) { RedisStream::read_members(reply, 2, 9); },
     resp::strings({"a", "2", "b", "2", "c", "8"}), false, true},
    {"HMGET", [](const redisReply& reply) { RedisStream::read_last(reply); }, resp::strings({"7", "3"})},
    {"XREAD", [](const redisReply& reply) { (void)stream.read_events(reply); },
     resp::array({resp::array({resp::bulk("{n}:events"), resp::array({good})})}), true},
    {"XRANGE", [](const redisReply& reply) { (void)stream.read_range_events(reply); }, resp::array({good}),
     false, true},
    {"TIME", [](const redisReply& reply) { RedisStream::read_time(reply); }, resp::strings({"1", "2"})},
    {"XTRIM", [](const redisReply& reply) { RedisStream::check_trimmed(reply); }, resp::integer(4)},
};

/// `broken: …`, `refused: …`, or nothing where the reply is taken.
std::string outcome(const Decoder& decoder, const std::string& reply) {
  try {
    decoder.read(*resp::parse(reply));
    return {};
  } catch (const RedisError& error) {
    return fmt::format("{}: {}", error.kind() == RedisError::Kind::broken ? "broken" : "refused",
                       error.what());
  }
}

std::string entry_error(const std::string& entries) { return outcome(decoders[5], entries); }

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_stream)

BOOST_AUTO_TEST_CASE(commands_are_exact_bytes) {
  BOOST_TEST(redis_command({"GET", "", std::string_view("a\0\r\n", 4)}) ==
             std::string("*3\r\n$3\r\nGET\r\n$0\r\n\r\n$4\r\na\0\r\n\r\n", 29));
  BOOST_TEST(redis_command({std::string_view()}) == "*1\r\n$0\r\n\r\n");
  BOOST_TEST(redis_command({std::string(1'234'567, 'x')}).starts_with("*1\r\n$1234567\r\nxxx"));
}

BOOST_AUTO_TEST_CASE(commands) {
  const auto text = resp::text;
  const RedisKnownPosition known{{7, 41}, 2};
  BOOST_TEST(text(stream.open(known, "pid")) ==
             "EVAL script 5 {n}:cluster {n}:events {n}:ids {n}:closed {n}:state 7 41 2 pid");
  BOOST_TEST(stream.open(known, "").ends_with("$2\r\n41\r\n$1\r\n2\r\n$0\r\n\r\n"));
  BOOST_TEST(stream.open(known, "").find(scripts::open) != std::string::npos);
  const std::vector<PackText> packs{{"one", 2, true}, {"two", 1, false}};
  BOOST_TEST(
      text(stream.append(known, "pid", {5, 100}, packs)) ==
      "EVAL script 5 {n}:cluster {n}:events {n}:ids {n}:closed {n}:state 7 41 2 pid 5 100 one 2 1 two 1 ");
  BOOST_TEST(stream.append(known, "", {}, packs).find(scripts::append) != std::string::npos);
  BOOST_TEST(text(stream.past_ids(3, 9)) == "ZRANGEBYSCORE {n}:ids (3 (9 WITHSCORES LIMIT 0 1000");
  BOOST_TEST(text(stream.closed_topics(4, 2, 9)) == "ZRANGEBYSCORE {n}:closed 4 (9 WITHSCORES LIMIT 2 1000");
  BOOST_TEST(text(stream.last()) == "HMGET {n}:cluster epoch last");
  BOOST_TEST(text(stream.read({7, 41}, 64, 500ms)) == "XREAD COUNT 64 BLOCK 500 STREAMS {n}:events 7-41");
  BOOST_TEST(text(stream.read_range({7, 41}, 50, 9)) == "XRANGE {n}:events (7-41 7-50 COUNT 9");
  BOOST_TEST(text(RedisStream::time()) == "TIME");
  BOOST_TEST(text(stream.trim(7, 5)) == "XTRIM {n}:events MINID ~ 7-5");
}

BOOST_AUTO_TEST_CASE(replies) {
  for (const auto& decoder : decoders) BOOST_TEST(outcome(decoder, decoder.good) == "");
  const auto state = RedisStream::read_state(*resp::parse(decoders[0].good));
  BOOST_TEST((state.last == RedisPosition{7, 3}));
  BOOST_TEST(state.term == 1U);
  BOOST_TEST(state.first == 2U);
  BOOST_TEST((state.now == 9ms));
  const auto empty =
      resp::array({resp::bulk("7"), resp::integer(3), resp::integer(1), resp::bulk(""), resp::integer(9)});
  BOOST_TEST(RedisStream::read_state(*resp::parse(empty)).first == 4U);
  BOOST_TEST((RedisStream::read_appended(*resp::parse(decoders[1].good), two_packs()).sequences ==
              std::vector<std::int64_t>{3, 4, 5, -1}));
  const auto members = RedisStream::read_members(*resp::parse(decoders[2].good), 2, 9);
  BOOST_TEST(members.size() == 3U);
  BOOST_TEST(members[2].name == "c");
  BOOST_TEST(members[2].sequence == 8U);
  BOOST_TEST(!RedisStream::read_last(*resp::parse(resp::array({resp::nil, resp::nil}))));
  BOOST_TEST((RedisStream::read_time(*resp::parse(resp::strings({"1", "234567"}))) == 1'234ms));
  const auto events = stream.read_events(*resp::parse(decoders[4].good));
  BOOST_TEST(events.entries.size() == 1U);
  BOOST_TEST(events.bytes > 0U);
  BOOST_TEST(stream.read_events(*resp::parse(resp::nil_array)).entries.empty());
}

BOOST_AUTO_TEST_CASE(replies_of_another_form_are_said) {
  const auto says = [](const Decoder& decoder, const std::string& came) {
    return fmt::format("broken: unexpected reply to {}: {}", decoder.name, came);
  };
  for (const auto& decoder : decoders) {
    if (!decoder.takes_nil) BOOST_TEST(outcome(decoder, resp::nil) == says(decoder, "nil"));
    if (!decoder.takes_empty) BOOST_TEST(outcome(decoder, resp::array({})) == says(decoder, "[]"));
    BOOST_TEST(outcome(decoder, resp::bulk("a\x1b")) == says(decoder, "\"a\\x1b\""));
    BOOST_TEST(outcome(decoder, "+OK\r\n") == says(decoder, "\"OK\""));
    if (decoder.name != "XTRIM") BOOST_TEST(outcome(decoder, resp::integer(-5)) == says(decoder, "-5"));
    const auto deep = resp::array({resp::array({resp::array({resp::array({resp::nil})})})});
    if (decoder.name != "XREAD" && decoder.name != "XRANGE")
      BOOST_TEST(outcome(decoder, deep) == says(decoder, "[[[[, …]]]]"));
  }
  const auto many = resp::strings({"1", "2", "3", "4", "5"});
  BOOST_TEST(outcome(decoders[6], many) == says(decoders[6], R"(["1", "2", "3", "4", …])"));
}

BOOST_AUTO_TEST_CASE(errors_are_refusals_with_advice) {
  const std::vector<std::pair<std::string, std::string>> errors{
      {"LOADING Redis is loading the dataset in memory", "; it has just started: the worker waits for it"},
      {"OOM command not allowed when used memory > 'maxmemory'.",
       "; raise its maxmemory, or lower history.bytes_max"},
      {"READONLY You can't write against a read only replica.",
       "; it is a replica: store.url must name the primary, or the Sentinels"},
      {"NOSCRIPT No matching script.", ""},
      {"MOVED 3999 127.0.0.1:6381", "; it is a node of a Cluster: begin store.url with redis+cluster://"},
      {"MISCONF Errors writing to the AOF file: No space left on device",
       "; look at its log, and make room on its disk"},
      {"BUSY Redis is busy running a script.",
       "; a script of another client holds it up: SCRIPT KILL ends that script"},
      {"NOREPLICAS Not enough good replicas to write.",
       "; it requires more replicas (min-replicas-to-write) than it has: start them"},
      {"CLUSTERDOWN The cluster is down",
       "; nodes of the Cluster are missing: start them, or wait for the failover"},
      {"NOPERM this user has no permissions to access one of the keys used as arguments",
       "; its user needs the commands that docs/clustering.md lists, and the keys of store.namespace"},
      {"NOAUTH Authentication required.", " Set store.password"}};
  for (const auto& decoder : decoders) {
    for (const auto& [error, advice] : errors)
      BOOST_TEST(outcome(decoder, resp::error(error)) == "refused: " + error + advice);
  }
}

// A reply that is not whole is none; one element less is another reply.
BOOST_AUTO_TEST_CASE(truncated_replies) {
  for (const auto& decoder : decoders) {
    for (std::size_t size = 0; size < decoder.good.size(); ++size)
      BOOST_TEST(!resp::parse(std::string_view(decoder.good).substr(0, size)));
  }
  BOOST_TEST(outcome(decoders[0], resp::strings({"7", "3", "1", ""})).starts_with("broken"));
  BOOST_TEST(outcome(decoders[1], resp::strings({"7", "3"})).starts_with("broken"));
  BOOST_TEST(outcome(decoders[1], resp::strings({"7", "3", "4", "5"})).starts_with("broken"));
  BOOST_TEST(outcome(decoders[2], resp::strings({"a", "2", "b"})).starts_with("broken"));
  BOOST_TEST(outcome(decoders[3], resp::strings({"7"})).starts_with("broken"));
  BOOST_TEST(outcome(decoders[4], resp::array({resp::strings({"{n}:events"})})).starts_with("broken"));
  BOOST_TEST(outcome(decoders[4], resp::array({resp::strings({"n", "m"})})).starts_with("broken"));
  BOOST_TEST(outcome(decoders[6], resp::strings({"1"})).starts_with("broken"));
}

BOOST_AUTO_TEST_CASE(numbers_that_are_none) {
  for (const std::string number : {"-1", "1.5", "x", "", "18446744073709551616"}) {
    BOOST_TEST(outcome(decoders[3], resp::strings({number, "3"})).starts_with("broken"));
    BOOST_TEST(outcome(decoders[3], resp::strings({"7", number})).starts_with("broken"));
  }
  BOOST_TEST(outcome(decoders[3], resp::array({resp::integer(-1), resp::bulk("3")})).starts_with("broken"));
  for (const int sequence : {0, -1, -5})
    BOOST_TEST(outcome(decoders[1], resp::array({resp::bulk("7"), resp::integer(sequence), resp::integer(1)}))
                   .starts_with("broken"));
  for (const int sequence : {0, -5})
    BOOST_TEST(outcome(decoders[1], resp::array({resp::bulk("7"), resp::integer(1),
                                                 resp::array({resp::integer(2), resp::integer(sequence)})}))
                   .starts_with("broken"));
  // Members that were not asked for, or go back: whoever asks on from the last one would never end.
  for (const auto& members : {std::vector<std::string>{"a", "1"}, {"a", "9"}, {"a", "5", "b", "4"}})
    BOOST_TEST(outcome(decoders[2], resp::strings(members)).starts_with("broken"));
  const auto bad_first =
      resp::array({resp::bulk("7"), resp::integer(3), resp::integer(1), resp::bulk("7"), resp::integer(9)});
  BOOST_TEST(outcome(decoders[0], bad_first).starts_with("broken"));
}

BOOST_AUTO_TEST_CASE(entries_that_are_no_events) {
  const auto none = [](const std::string& id) {
    return "broken: {n}:events contains an entry that is not an event of sse-worker: " + id;
  };
  const std::vector<std::string> fields{"topics", "a", "event", "data: x\n", "at", "5"};
  BOOST_TEST(entry_error(resp::array({good, entry("7-2", {})})) == none("7-2"));
  BOOST_TEST(entry_error(resp::array({entry("7-2", {"event", "data: x\n"})})) == none("7-2"));
  BOOST_TEST(entry_error(resp::array({entry("7-2", {"topics", "a", "at", "x"})})) == none("7-2"));
  BOOST_TEST(entry_error(resp::array({entry("7-2", {"topics", "a", "at"})})) == none("7-2"));
  BOOST_TEST(entry_error(resp::array({entry("7", fields)})) == none("7"));
  BOOST_TEST(entry_error(resp::array({entry("7-x\x1b", fields)})) == none("7-x\\x1b"));
  BOOST_TEST(entry_error(resp::array({resp::nil})) == none("?"));
  BOOST_TEST(entry_error(resp::array({resp::array({resp::bulk("7-2"), resp::nil})})) == none("7-2"));
  // Packs of which the stream cannot have so many events, or that are none.
  BOOST_TEST(entry_error(resp::array({entry("7-1", {"pack", {"\1\0\2\1\1a\3\1\0x\3\1\0x", 14}})})) ==
             none("7-1"));
  BOOST_TEST(entry_error(packed("")) == none("7-3"));
  BOOST_TEST(entry_error(packed("\1")) == none("7-3"));
  BOOST_TEST(entry_error(packed(std::string(1, '\0'))) == none("7-3"));
  BOOST_TEST(
      entry_error(packed("\2 whatever it may have")) ==
      "broken: {n}:events contains an entry of a later version of sse-worker: 7-3; upgrade this worker");
  // A later version may add fields.
  BOOST_TEST(entry_error(resp::array({entry("7-2", {"topics", "a", "event", "", "at", "5", "new", "x"})})) ==
             "");
}

BOOST_AUTO_TEST_SUITE_END()
