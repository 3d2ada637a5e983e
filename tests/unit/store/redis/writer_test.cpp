// What becomes of appends, with every reply, and with a connection that is lost at every point.
#include "store/redis/writer.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "log/same_event.hpp"
#include "support/drafts.hpp"
#include "support/manual_clock.hpp"
#include "support/resp.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

struct Fixture {
  /// One append for each draft.
  void begin(std::vector<Draft> drafts) {
    appends.clear();
    for (auto& draft : drafts) {
      auto& append = appends.emplace_back();
      append.drafts.push_back(std::move(draft));
    }
    writer.begin(appends);
  }
  void begin(int count, const std::string& data = "x") {
    std::vector<Draft> drafts;
    for (int i = 0; i < count; ++i) drafts.push_back(draft("a", data));
    begin(std::move(drafts));
  }
  std::optional<RedisCommand> next() { return writer.next(known, "pid"); }
  /// How many drafts the next command appends; -1 if there is none.
  int next_group() {
    const auto command = next();
    return command ? (static_cast<int>(resp::words(*command).size()) - 13) / 6 : -1;
  }
  void reply(const std::string& text) { writer.on_reply(*resp::parse(text)); }
  /// `count` sequences from `first` on.
  void stored(std::uint64_t epoch, Sequence first, int count) {
    std::vector<std::string> elements{resp::bulk(std::to_string(epoch))};
    for (int i = 0; i < count; ++i) elements.push_back(resp::integer(static_cast<std::int64_t>(first) + i));
    reply(resp::array(elements));
  }
  /// What becomes of the appends when that reply comes.
  std::string after_error(const std::string& text) {
    try {
      reply(text);
    } catch (const RedisError& error) {
      return told(writer.on_error(error.kind()));
    }
    return "taken";
  }
  static std::string told(Rejection why) { return worker::support::told(Kept(worker::base::failure(why))); }
  std::string lost() { return told(writer.on_error(RedisError::Kind::broken)); }
  std::string results() {
    std::string text;
    for (const auto& each : stored_.results) text += worker::support::told(each) + " ";
    return text;
  }
  void finish() {
    BOOST_TEST(!next());
    stored_ = writer.finish();
  }

  ManualClock clock;
  worker::log::Log log{Settings(), "7", clock};
  const RedisStream stream{"n"};
  RedisWriter writer{log, stream};
  RedisKnownPosition known{{7, 4}, 2};
  std::vector<PendingAppend> appends;
  RedisWriter::Stored stored_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_writer, Fixture)

BOOST_AUTO_TEST_CASE(one_group) {
  begin(2);
  BOOST_TEST(resp::text(*next()) ==
             "EVAL script 4 {n}:state {n}:events {n}:ids {n}:closed 7 4 2 pid 1 100000 a data: x\n     a "
             "data: x\n    ");
  stored(7, 5, 2);
  finish();
  BOOST_TEST(results() == "7-5 7-6 ");
  BOOST_TEST((stored_.last == RedisPosition{7, 6}));
}

BOOST_AUTO_TEST_CASE(nothing_to_append_sends_nothing) {
  begin(0);
  finish();
  BOOST_TEST(results() == "");
}

BOOST_AUTO_TEST_CASE(groups_have_a_bound_of_events) {
  begin(static_cast<int>(RedisWriter::group_events_max) + 1);
  BOOST_TEST(next_group() == 2'048);
  stored(7, 1, 2'048);
  BOOST_TEST(next_group() == 1);
  stored(7, 2'049, 1);
  finish();
  BOOST_TEST(stored_.results.size() == 2'049U);
  begin(static_cast<int>(RedisWriter::group_events_max));
  BOOST_TEST(next_group() == 2'048);
}

BOOST_AUTO_TEST_CASE(groups_have_a_bound_of_bytes) {
  begin(3, std::string(RedisWriter::group_bytes_max / 2, 'x'));
  for (Sequence sequence = 1; sequence <= 3; ++sequence) {
    BOOST_TEST(next_group() == 1);
    stored(7, sequence, 1);
  }
  begin(3, std::string(RedisWriter::group_bytes_max / 2 - 100, 'x'));
  BOOST_TEST(next_group() == 2);
}

// Redis lost its events between two groups. What the reader has to reach is in the new epoch.
BOOST_AUTO_TEST_CASE(two_epochs) {
  begin(2'050);
  BOOST_TEST(next_group() == 2'048);
  stored(7, 5'000, 2'048);
  BOOST_TEST(next_group() == 2);
  stored(8, 1, 2);
  finish();
  BOOST_TEST((stored_.last == RedisPosition{8, 2}));
  BOOST_TEST(stored_.results.front().value() == "7-5000");
  BOOST_TEST(stored_.results.back().value() == "8-2");
}

BOOST_AUTO_TEST_CASE(rejections_and_ids) {
  std::vector<Draft> drafts;
  for (const auto* id : {"one", "two", "three"}) drafts.push_back(draft_with_id("a", id, "x"));
  drafts.push_back(draft("a", "x"));
  begin(std::move(drafts));
  next();
  reply(resp::array(
      {resp::bulk("7"), resp::integer(3), resp::integer(-2), resp::integer(-3), resp::integer(-1)}));
  finish();
  BOOST_TEST(results() == "one reserved conflict closed ");
  // An event that is stored already counts: its event must be in the log before the answer.
  BOOST_TEST((stored_.last == RedisPosition{7, 3}));
}

// Redis has the id and not the event: this worker looks it up.
BOOST_AUTO_TEST_CASE(evicted_events_are_looked_up) {
  const auto answer = [&](Draft draft) {
    std::vector<Draft> drafts;
    drafts.push_back(std::move(draft));
    begin(std::move(drafts));
    next();
    reply(resp::array({resp::bulk("7"), resp::integer(-4)}));
    finish();
    BOOST_TEST((stored_.last == RedisPosition{7, 0}));
    return results();
  };
  BOOST_TEST(answer(draft_with_id("a", "i", "x")) == "conflict ");
  EntryParts parts;
  parts.sequence = 1;
  parts.topics = {"a"};
  parts.publisher_id = "i";
  parts.frame = "data: x\nid: i\n\n";
  parts.at = clock.now();
  {
    const std::lock_guard lock(log.mutex());
    log.history().add(Entry::make(parts));
  }
  BOOST_TEST(answer(draft_with_id("a", "i", "x")) == "i ");
  BOOST_TEST(answer(draft_with_id("a", "i", "y")) == "conflict ");
  BOOST_TEST(answer(draft_with_id("b", "i", "x")) == "conflict ");
}

BOOST_AUTO_TEST_CASE(an_error_stores_nothing) {
  for (const std::string error : {"LOADING x", "OOM x", "READONLY x", "NOSCRIPT x", "MOVED 1 x", "ERR x"}) {
    begin(2);
    next();
    BOOST_TEST(after_error(resp::error(error)) == "unavailable");
    // The next append begins anew.
    begin(1);
    BOOST_TEST(next_group() == 1);
  }
}

BOOST_AUTO_TEST_CASE(after_a_reply_that_makes_no_sense_nobody_knows) {
  for (const auto& text : {resp::nil, resp::nil_array, resp::integer(1), resp::bulk("x"), resp::array({}),
                           resp::strings({"7", "5"}), resp::strings({"7", "5", "x"}),
                           resp::strings({"7", "5", "0"}), resp::strings({"7", "5", "6", "7"})}) {
    begin(2);
    next();
    BOOST_TEST(after_error(text) == "unconfirmed");
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_lost) {
  begin(2'049);
  BOOST_TEST(lost() == "unavailable");  // it could not be made
  begin(2'049);
  next();
  BOOST_TEST(lost() == "unconfirmed");
  begin(2'049);
  next();
  stored(7, 1, 2'048);
  BOOST_TEST(lost() == "unconfirmed");
  begin(2'049);
  next();
  stored(7, 1, 2'048);
  next();
  BOOST_TEST(lost() == "unconfirmed");
}

// The first group is stored.
BOOST_AUTO_TEST_CASE(an_error_after_the_first_group) {
  begin(2'049);
  next();
  stored(7, 1, 2'048);
  next();
  BOOST_TEST(after_error(resp::error("OOM x")) == "unconfirmed");
}

BOOST_AUTO_TEST_CASE(a_probe_trims_and_appends_nothing) {
  writer.begin_probe();
  BOOST_TEST(resp::text(*next()) == "XTRIM {n}:events MINID ~ 7-1");
  reply(resp::integer(0));
  BOOST_TEST(next_group() == 0);
  stored(7, 0, 0);
  finish();
  known = {};
  writer.begin_probe();
  BOOST_TEST(next_group() == 0);
  BOOST_TEST(after_error(resp::error("READONLY x")) == "unavailable");
  BOOST_TEST(!next());
}

BOOST_AUTO_TEST_SUITE_END()
