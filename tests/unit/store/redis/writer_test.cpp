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
  /// The packs of the next command: `3+1*` are two of three events and one, of which something is to be
  /// looked up; `none` if there is no command.
  std::string next_packs() {
    const auto command = next();
    if (!command) return "none";
    const auto words = resp::words(*command);
    std::string text;
    for (std::size_t i = 14; i < words.size(); i += 3) {
      const auto pack = RedisPack::read(words.at(i));
      BOOST_REQUIRE(pack);
      BOOST_TEST(words.at(i + 1) == std::to_string(pack->events().size()));
      text += (text.empty() ? "" : "+") + words.at(i + 1) + (words.at(i + 2) == "1" ? "" : "*");
    }
    return text;
  }
  /// How many drafts the next command appends; -1 if there is none.
  int next_group() {
    const auto packs = next_packs();
    if (packs == "none") return -1;
    int events = 0;
    for (std::size_t at = 0; at < packs.size(); at = packs.find('+', at) + 1) {
      events += std::stoi(packs.substr(at));
      if (packs.find('+', at) == std::string::npos) break;
    }
    group_ = packs;
    return events;
  }
  void reply(const std::string& text) { writer.on_reply(*resp::parse(text)); }
  /// All packs of the last next_group() are stored, from `first` on.
  void stored(std::uint64_t epoch, Sequence first) {
    std::vector<std::string> elements{resp::bulk(std::to_string(epoch))};
    for (std::size_t at = 0; !group_.empty(); at = group_.find('+', at) + 1) {
      elements.push_back(resp::integer(static_cast<std::int64_t>(first)));
      first += std::stoull(group_.substr(at));
      if (group_.find('+', at) == std::string::npos) break;
    }
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
  std::string group_;
  RedisWriter::Stored stored_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_writer, Fixture)

BOOST_AUTO_TEST_CASE(one_group) {
  begin(2);
  BOOST_TEST(resp::text(*next()) ==
             "EVAL script 5 {n}:cluster {n}:events {n}:ids {n}:closed {n}:state 7 4 2 pid 1 100000 " +
                 std::string("\1\0\2\1\1a\3\1\0x\3\1\0x 2 1", 18));
  reply(resp::array({resp::bulk("7"), resp::integer(5)}));
  finish();
  BOOST_TEST(results() == "7-5 7-6 ");
  BOOST_TEST((stored_.last == RedisPosition{7, 6}));
}

// Redis knows a script by its name once it has run. If not, the same group is sent with the whole script.
BOOST_AUTO_TEST_CASE(the_script_is_named_once_redis_knows_it) {
  const auto command = [&] { return resp::text(*next()).substr(0, 14); };
  const auto append_one = [&](const std::string& expected) {
    begin(1);
    BOOST_TEST(command() == expected);
    reply(resp::array({resp::bulk("7"), resp::integer(5)}));
    finish();
  };
  append_one("EVAL script 5 ");
  append_one("EVALSHA script");
  begin(1);
  BOOST_TEST(command() == "EVALSHA script");
  reply(resp::error("NOSCRIPT No matching script. Please use EVAL."));
  BOOST_TEST(lost() == "unavailable");  // nothing was done
  append_one("EVAL script 5 ");
  begin(1);
  BOOST_TEST(command() == "EVALSHA script");
  reply(resp::error("NOSCRIPT No matching script. Please use EVAL."));
  BOOST_TEST(command() == "EVAL script 5 ");
  BOOST_TEST(lost() == "unconfirmed");
  append_one("EVAL script 5 ");
  begin(1);
  command();
  BOOST_TEST(after_error(resp::error("OOM x")) == "unavailable");
  append_one("EVALSHA script");
  // An ACL without EVALSHA.
  begin(1);
  command();
  reply(resp::error("NOPERM this user has no permissions to run the 'evalsha' command"));
  BOOST_TEST(command() == "EVAL script 5 ");
  reply(resp::array({resp::bulk("7"), resp::integer(5)}));
  finish();
  append_one("EVAL script 5 ");
}

BOOST_AUTO_TEST_CASE(nothing_to_append_sends_nothing) {
  begin(0);
  finish();
  BOOST_TEST(results() == "");
}

BOOST_AUTO_TEST_CASE(groups_have_a_bound_of_events) {
  begin(static_cast<int>(RedisWriter::group_events_max) + 1);
  BOOST_TEST(next_group() == 2'048);
  BOOST_TEST(group_ == "1024+1024");
  stored(7, 1);
  BOOST_TEST(next_group() == 1);
  stored(7, 2'049);
  finish();
  BOOST_TEST(stored_.results.size() == 2'049U);
  begin(static_cast<int>(RedisWriter::group_events_max));
  BOOST_TEST(next_group() == 2'048);
}

BOOST_AUTO_TEST_CASE(groups_have_a_bound_of_bytes) {
  begin(3, std::string(RedisWriter::group_bytes_max / 2, 'x'));
  for (Sequence sequence = 1; sequence <= 3; ++sequence) {
    BOOST_TEST(next_group() == 1);
    stored(7, sequence);
  }
  begin(3, std::string(RedisWriter::group_bytes_max / 2 - 100, 'x'));
  BOOST_TEST(next_group() == 2);
  BOOST_TEST(group_ == "1+1");
}

// Redis lost its events between two groups. What the reader has to reach is in the new epoch.
BOOST_AUTO_TEST_CASE(two_epochs) {
  begin(2'050);
  BOOST_TEST(next_group() == 2'048);
  stored(7, 5'000);
  BOOST_TEST(next_group() == 2);
  stored(8, 1);
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
  BOOST_TEST(next_packs() == "4*");
  reply(resp::array({resp::bulk("7"), resp::array({resp::integer(3), resp::integer(-2), resp::integer(-3),
                                                   resp::integer(-1)})}));
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
    reply(resp::array({resp::bulk("7"), resp::array({resp::integer(-4)})}));
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
  for (const auto& text :
       {resp::nil, resp::nil_array, resp::integer(1), resp::bulk("x"), resp::array({}), resp::strings({"7"}),
        resp::strings({"7", "x"}), resp::strings({"7", "0"}), resp::strings({"7", "-1"}),
        resp::strings({"7", "5", "6"}), resp::array({resp::bulk("7"), resp::strings({"5"})}),
        resp::array({resp::bulk("7"), resp::strings({"5", "0"})}),
        resp::array({resp::bulk("7"), resp::strings({"5", "6", "7"})})}) {
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
  next_group();
  stored(7, 1);
  BOOST_TEST(lost() == "unconfirmed");
  begin(2'049);
  next_group();
  stored(7, 1);
  next();
  BOOST_TEST(lost() == "unconfirmed");
}

// The first group is stored.
BOOST_AUTO_TEST_CASE(an_error_after_the_first_group) {
  begin(2'049);
  next_group();
  stored(7, 1);
  next();
  BOOST_TEST(after_error(resp::error("OOM x")) == "unconfirmed");
}

BOOST_AUTO_TEST_CASE(a_probe_trims_and_appends_nothing) {
  writer.begin_probe();
  BOOST_TEST(resp::text(*next()) == "XTRIM {n}:events MINID ~ 7-1");
  reply(resp::integer(0));
  BOOST_TEST(next_group() == 0);
  stored(7, 0);
  finish();
  known = {};
  writer.begin_probe();
  BOOST_TEST(next_group() == 0);
  BOOST_TEST(after_error(resp::error("READONLY x")) == "unavailable");
  BOOST_TEST(!next());
}

BOOST_AUTO_TEST_SUITE_END()
