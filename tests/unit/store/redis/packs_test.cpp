// Packs in a real Redis: what append.lua makes of events that have ids, that close topics, or that are there
// already; and the history that an earlier version of the worker left.
#include <boost/test/unit_test.hpp>

#include "unit/store/redis/redis_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

struct Bench : RedisFixture {
  /// The results of one append.
  static std::string all(EventLog& event_log, std::vector<Draft> drafts) {
    std::string text;
    for (const auto& each : worker::support::append(event_log, std::move(drafts)))
      text += (text.empty() ? "" : " ") + told(each);
    return text;
  }
  /// How many entries the stream has, and how many events each of them.
  std::string entries() const {
    const auto reply = server.ask({"XRANGE", "{sse-worker}:events", "-", "+"});
    std::string text;
    for (std::size_t i = 0; i < reply->elements; ++i) {
      const auto& fields = *reply->element[i]->element[1];
      const auto pack = RedisPack::read({fields.element[1]->str, fields.element[1]->len});
      text +=
          (text.empty() ? "" : " ") + (pack ? std::to_string(pack->events().size()) : std::string("none"));
    }
    return text;
  }
  /// The frames' data and topics, in their order.
  static std::string events(const EventLog& event_log) {
    std::string text;
    for (const auto& entry : event_log.read_all(0, std::string::npos)) {
      const auto frame = std::string(entry->frame());
      text += (text.empty() ? "" : " ") + std::string(entry->topics().front()) + ":" +
              frame.substr(6, frame.find('\n') - 6);
    }
    return text;
  }
  /// That epoch's id.
  static std::string of(const EventLog& event_log, const std::string& ids) {
    std::string text;
    for (const auto& word : words(ids)) {
      text += text.empty() ? "" : " ";
      text += word.find_first_not_of("0123456789") == std::string::npos ? event_log.id_of(std::stoull(word))
                                                                        : word;
    }
    return text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_packs, Bench)

BOOST_AUTO_TEST_CASE(an_append_is_one_entry) {
  const auto one = worker();
  const auto two = worker();
  std::vector<Draft> drafts;
  for (int i = 0; i < 100; ++i) drafts.push_back(draft(i % 2 == 0 ? "a" : "b c", std::to_string(i)));
  append(*one, std::move(drafts));
  BOOST_TEST(publish(*two, "a") == two->id_of(101));
  BOOST_TEST(entries() == "100 1");
  BOOST_TEST(eventually([&] { return one->last() == 101; }));
  const auto three = worker();
  for (const auto* each : {one.get(), two.get(), three.get()}) {
    BOOST_TEST(each->read_all(0, 1'000).size() == 101U);
    BOOST_TEST(events(*each).starts_with("a:0 b:1 a:2 b:3 "));
    BOOST_TEST(each->lost_through() == 0U);
    BOOST_TEST(resume(*each, each->id_of(50)) == "after 50");
  }
}

// A repeated one, one that was closed meanwhile, and one that is reserved are left out of the pack.
BOOST_AUTO_TEST_CASE(some_of_a_pack_are_left_out) {
  const auto one = worker();
  const auto two = worker();
  append(*one, draft_with_id("a", "i", "1"));
  append(*two, closing("c", "2"));
  std::vector<Draft> drafts;
  drafts.push_back(draft("a", "3"));
  drafts.push_back(draft_with_id("a", "i", "1"));
  drafts.push_back(draft_with_id("a", "i", "other"));
  drafts.push_back(draft("c", "no"));
  drafts.push_back(draft_with_id("b", "j", "4"));
  drafts.push_back(draft_with_id("b", "j", "4"));
  drafts.push_back(draft_with_id("b", "j", "other"));
  drafts.push_back(draft_with_id("a", two->id_of(9), "reserved"));
  drafts.push_back(closing("d e", "5"));
  drafts.push_back(draft("e a", "no"));
  drafts.push_back(draft("a", "6"));
  BOOST_TEST(all(*two, std::move(drafts)) ==
             of(*two, "3 i conflict closed j j conflict reserved 5 closed 6"));
  BOOST_TEST(entries() == "1 1 4");
  const auto later = worker();
  for (const auto* each : {one.get(), two.get(), later.get()}) {
    BOOST_TEST(eventually([&] { return each->last() == 6; }));
    BOOST_TEST(events(*each) == "a:1 c:2 a:3 b:4 d:5 a:6");
    BOOST_TEST(each->closed(select("e")));
    BOOST_TEST(each->lost_through() == 0U);
  }
  BOOST_TEST(append(*one, draft_with_id("b", "j", "4")) == "j");
  BOOST_TEST(resume(*one, "j") == "after 4");
}

BOOST_AUTO_TEST_CASE(an_append_of_which_nothing_is_left) {
  const auto one = worker();
  append(*one, draft_with_id("a", "i", "1"));
  std::vector<Draft> drafts;
  for (int i = 0; i < 3; ++i) drafts.push_back(draft_with_id("a", "i", "1"));
  BOOST_TEST(all(*one, std::move(drafts)) == "i i i");
  BOOST_TEST(entries() == "1");
  BOOST_TEST(publish(*one, "a") == one->id_of(2));
}

// Of several packs, which one call writes, and of more words than a call of a script may have.
BOOST_AUTO_TEST_CASE(many_with_ids_sent_again) {
  const auto one = worker();
  const auto two = worker();
  const auto send = [](EventLog& event_log, const std::string& data) {
    std::vector<Draft> drafts;
    for (int i = 0; i < 4'000; ++i) drafts.push_back(draft_with_id("a b", fmt::format("id-{}", i), data));
    return all(event_log, std::move(drafts));
  };
  const auto ids = send(*one, "x");
  BOOST_TEST(ids.starts_with("id-0 id-1 "));
  BOOST_TEST(one->last() == 4'000U);
  BOOST_TEST(send(*two, "x") == ids);
  BOOST_TEST(send(*one, "y").find("id-") == std::string::npos);
  BOOST_TEST(publish(*two, "a") == two->id_of(4'001));
  BOOST_TEST(server.ask({"ZCARD", "{sse-worker}:ids"})->integer == 4'000);
  BOOST_TEST(worker()->read_all(0, 10'000).size() == 4'001U);
}

// The same event: topics in any order, and every other part equal.
BOOST_AUTO_TEST_CASE(what_makes_an_event_the_same) {
  const auto one = worker();
  const auto make = [] {
    auto made = draft_with_id("a b", "i", "two\nlines");
    made.key = "k";
    made.is_private = true;
    return made;
  };
  BOOST_TEST(append(*one, make()) == "i");
  auto other = make();
  other.topics = {"b", "a", "b"};
  BOOST_TEST(append(*one, std::move(other)) == "i");
  const auto is_other = [&](const std::function<void(Draft&)>& change) {
    auto changed = make();
    change(changed);
    return append(*one, std::move(changed)) == "conflict";
  };
  BOOST_TEST(is_other([](Draft& draft) { draft.topics = {"a"}; }));
  BOOST_TEST(is_other([](Draft& draft) { draft.key = ""; }));
  BOOST_TEST(is_other([](Draft& draft) { draft.is_private = false; }));
  BOOST_TEST(is_other([](Draft& draft) { draft.closes = true; }));
  BOOST_TEST(is_other([](Draft& draft) { draft.event.data = "two lines"; }));
  BOOST_TEST(is_other([](Draft& draft) { draft.event.type = "t"; }));
  BOOST_TEST(is_other([](Draft& draft) { draft.silent = true; }));
  BOOST_TEST(one->last() == 1U);
}

// The beginning of the history may be an entry of which a part was evicted.
BOOST_AUTO_TEST_CASE(the_first_entry_begins_with_its_first_event) {
  const auto one = worker();
  publish(*one, "a");
  std::vector<Draft> drafts;
  for (int i = 0; i < 9; ++i) drafts.push_back(draft("a", "x"));
  append(*one, std::move(drafts));
  publish(*one, "a");
  server.ask({"XTRIM", "{sse-worker}:events", "MAXLEN", "2"});
  const auto later = worker();
  BOOST_TEST(held(*later) == "2 3 4 5 6 7 8 9 10 11");
  BOOST_TEST(later->lost_through() == 1U);
  BOOST_TEST(resume(*later, later->id_of(1)) == "after 1");
}

// --- what an earlier version left ---

namespace {

/// As the version before packs wrote it.
struct EarlierHistory : Bench {
  EarlierHistory() {
    const auto process = RedisConnection(server.settings()).process_id();
    server.ask({"HSET", "{sse-worker}:state", "epoch", "7", "last", "3", "run", process, "branch", "2",
                "fork:2", "1"});
    entry("7-1", {"id", "i"});
    entry("7-2", {"key", "k", "private", "1"});
    entry("7-3", {"close", "1"}, "c\nd");
    server.ask({"ZADD", "{sse-worker}:ids", "1", "i"});
    server.ask({"ZADD", "{sse-worker}:closed", "3", "c", "3", "d"});
  }
  void entry(std::string_view id, std::initializer_list<std::string_view> more,
             std::string_view topics = "a") const {
    std::vector<std::string_view> words{"XADD",  "{sse-worker}:events", id,   "topics",       topics,
                                        "event", "data: x\n",           "at", "1800000000000"};
    words.insert(words.end(), more);
    RedisConnection redis(server.settings());
    redis.send(redis_command(words));
    BOOST_TEST(redis.receive()->type == REDIS_REPLY_STRING);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(it_is_read, EarlierHistory) {
  const auto one = worker();
  BOOST_TEST(held(*one) == "1 2 3");
  BOOST_TEST(one->id_of(3) == "7-3");
  BOOST_TEST(resume(*one, "7-2") == "after 2");
  BOOST_TEST(resume(*one, "i") == "after 1");
  BOOST_TEST(one->closed(select("c d")));
  const auto entries = one->read_all(0, 3);
  BOOST_TEST(entries.at(0)->frame() == "data: x\nid: i\n\n");
  BOOST_TEST(entries.at(1)->frame() == "data: x\nid: 7-2\n\n");
  BOOST_TEST(entries.at(1)->key() == "k");
  BOOST_TEST(entries.at(1)->is_private());
  BOOST_TEST(entries.at(2)->closes());
  BOOST_TEST(append(*one, draft_with_id("a", "i", "x")) == "i");
  BOOST_TEST(append(*one, draft_with_id("a", "i", "y")) == "conflict");
  BOOST_TEST(publish(*one, "c") == "closed");
  BOOST_TEST(publish(*one, "a") == "7-4");
  const auto two = worker();
  BOOST_TEST(held(*two) == "1 2 3 4");
  BOOST_TEST(two->lost_through() == 0U);
}

// Its scripts and commands begin with this key, which is no hash any more.
BOOST_FIXTURE_TEST_CASE(an_earlier_worker_is_kept_away, EarlierHistory) {
  const auto one = worker();
  const auto refused = [&] {
    RedisConnection redis(server.settings());
    redis.send(redis_command({"HMGET", "{sse-worker}:state", "epoch", "last", "run", "branch"}));
    const auto reply = redis.receive();
    return reply->type == REDIS_REPLY_ERROR && std::string_view(reply->str).starts_with("WRONGTYPE");
  };
  BOOST_TEST(refused());
  BOOST_TEST(std::string(server.ask({"GET", "{sse-worker}:state"})->str).find("upgrade this worker") !=
             std::string::npos);
  BOOST_TEST(std::string(server.ask({"HGET", "{sse-worker}:cluster", "branch"})->str) == "2");
  BOOST_TEST(std::string(server.ask({"HGET", "{sse-worker}:cluster", "fork:2"})->str) == "1");
  server.ask({"FLUSHALL"});
  BOOST_TEST(eventually([&] { return one->lost_through() != 0; }));
  BOOST_TEST(refused());
}

// A replica can be read, and not be changed.
BOOST_FIXTURE_TEST_CASE(a_replica_of_it_is_read, EarlierHistory) {
  server.ask({"REPLICAOF", "127.0.0.1", "1"});
  const auto one = worker();
  BOOST_TEST(held(*one) == "1 2 3");
  BOOST_TEST(publish(*one, "a") == "unavailable");
  server.ask({"REPLICAOF", "NO", "ONE"});
  BOOST_TEST(eventually([&] { return publish(*one, "a") == "7-4"; }));
  BOOST_TEST(one->lost_through() == 0U);
}

BOOST_AUTO_TEST_CASE(a_later_version_is_refused_with_advice) {
  const auto one = worker();
  publish(*one, "a");
  server.ask({"HSET", "{sse-worker}:cluster", "format", "3"});
  BOOST_TEST(publish(*one, "a") == "unavailable");
  BOOST_TEST(one->unavailable_reason().value_or("").find(
                 "format of a later version of sse-worker (3); upgrade") != std::string::npos,
             one->unavailable_reason().value_or(""));
  const auto two = worker();
  BOOST_TEST(two->unavailable_reason().value_or("").find("upgrade this worker") != std::string::npos);
  BOOST_TEST(!two->ready());
  server.ask({"HSET", "{sse-worker}:cluster", "format", "2"});
  BOOST_TEST(eventually([&] { return publish(*one, "a") == one->id_of(2); }));
}

BOOST_AUTO_TEST_SUITE_END()
