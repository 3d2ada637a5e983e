// A connection that is lost, an error, or a reply that makes no sense, in every state of the reader: the next
// connection continues, and the log is what it would have been.
#include <functional>
#include <set>

#include "unit/store/redis/reader_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

/// Goes through all states: the beginning is trimmed; 101 events in two parts, of which some are trimmed when
/// the first part has been read; more are trimmed while it reads; the clock of Redis; an end that was taken
/// out.
struct Run : ReaderFixture {
  Run() {
    has(5, 105);
    ids = {{2, "i2"}, {76, "i76"}, {106, "i106"}, {112, "i112"}};
    closed = {{3, "c3"}, {77, "c77"}, {107, "c107"}, {112, "c112"}};
  }
  /// What happens in Redis; `phase`: how often everything had been read before.
  void happen(int phase) {
    if (phase == 1) {
      for (Sequence each = 108; each <= 110; ++each) events.push_back(each);
      last = 110;
      clock.advance(clock_distrust);
    }
    if (phase == 2) last = 112;
  }
  /// Replies until all of it has happened; `each` is called before each of them, with its number and the
  /// command.
  void go(const std::function<void(int, const std::string&)>& each) {
    attach();
    int phase = 0;
    for (int number = 0; phase < 3 || log.last() < 112; ++number) {
      BOOST_REQUIRE(number < 100);
      if (log.last() >= 68) std::erase_if(events, [](Sequence event) { return event < 90; });
      if (due.front().find("XREAD") != std::string::npos && answer() == xread({}) && phase < 3)
        happen(++phase);
      const auto command = resp::text(due.front());
      each(number, command);
      step();
    }
  }
};

/// After `fault` in place of reply `number`.
std::string state_after(int number, const std::function<void(Run&)>& fault) {
  Run run;
  bool done = false;
  run.go([&](int at, const std::string&) {
    if (at != number || std::exchange(done, true)) return;
    fault(run);
    const auto before = run.position();
    // It opens from where it was.
    auto known = before;
    known = known.substr(0, known.find(" term"));
    known.replace(known.find('-'), 1, " ");
    BOOST_TEST(run.attach().find("{n}:state " + known) != std::string::npos);
    BOOST_TEST(!run.reader.is_attached());
  });
  BOOST_TEST(done);
  return run.state();
}

struct Expected {
  Expected() {
    Run run;
    run.go([&](int, const std::string& command) { commands.push_back(command); });
    state = run.state();
  }
  std::vector<std::string> commands;
  std::string state;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_reader_faults)

BOOST_FIXTURE_TEST_CASE(the_run_has_all_states, Expected) {
  std::set<std::string> kinds;
  for (const auto& command : commands) kinds.insert(command.substr(0, command.find(' ')));
  BOOST_TEST(kinds == (std::set<std::string>{"EVAL", "XRANGE", "XREAD", "ZRANGEBYSCORE", "HMGET", "TIME"}),
             boost::test_tools::per_element());
  BOOST_TEST(state.starts_with("7-112 term 1:  lost 112, "), state);
  for (const auto* closed :
       {"c3 closed at 3", "c77 closed at 77", "c107 closed at 107", "c112 closed at 112"})
    BOOST_TEST(state.find(closed) != std::string::npos, state);
}

BOOST_FIXTURE_TEST_CASE(a_lost_connection, Expected) {
  for (std::size_t i = 0; i < commands.size(); ++i) {
    BOOST_TEST_CONTEXT("reply " << i << " to " << commands[i])
    BOOST_TEST(state_after(static_cast<int>(i), [](Run&) {}) == state);
  }
}

BOOST_FIXTURE_TEST_CASE(an_error_of_redis, Expected) {
  for (const std::string error :
       {"LOADING x", "OOM x", "READONLY x", "NOSCRIPT No matching script", "MOVED 1 127.0.0.1:1", "ERR x"}) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      BOOST_TEST_CONTEXT("reply " << i << " to " << commands[i])
      BOOST_TEST(state_after(static_cast<int>(i), [&](Run& run) {
                   const auto before = run.state();
                   BOOST_CHECK_EXCEPTION(run.reply(resp::error(error)), RedisError,
                                         [&](const RedisError& thrown) {
                                           return thrown.kind() == RedisError::Kind::refused &&
                                                  std::string_view(thrown.what()).starts_with(error);
                                         });
                   BOOST_TEST(run.state() == before);
                 }) == state);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_reply_that_makes_no_sense, Expected) {
  for (const auto& reply : {resp::bulk("x"), resp::integer(-1), resp::strings({"x"}),
                            resp::array({resp::nil}), resp::array({resp::nil, resp::array({})})}) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      BOOST_TEST_CONTEXT("reply " << i << " to " << commands[i])
      BOOST_TEST(state_after(static_cast<int>(i), [&](Run& run) {
                   const auto before = run.state();
                   if (commands[i].starts_with("HMGET") && reply == resp::array({resp::nil, resp::array({})}))
                     return;
                   BOOST_CHECK_EXCEPTION(run.reply(reply), RedisError, [](const RedisError& thrown) {
                     return thrown.kind() == RedisError::Kind::broken;
                   });
                   BOOST_TEST(run.state() == before);
                 }) == state);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
