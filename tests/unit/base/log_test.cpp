#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>

#include <boost/test/unit_test.hpp>

using namespace worker::base;

BOOST_AUTO_TEST_SUITE(log_suite)

BOOST_AUTO_TEST_CASE(every_level_of_the_contract) {
  const std::pair<const char*, spdlog::level::level_enum> levels[] = {
      {"trace", spdlog::level::trace}, {"debug", spdlog::level::debug},
      {"info", spdlog::level::info},   {"warning", spdlog::level::warn},
      {"error", spdlog::level::err},   {"critical", spdlog::level::critical},
      {"off", spdlog::level::off}};
  for (const auto& [name, level] : levels) {
    BOOST_TEST(is_log_level(name));
    BOOST_TEST((make_log({.level = name})->level() == level), name);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_level) {
  for (const auto* name : {"", "INFO", "Info", "info ", " info", "verbose", "0", "2", "warnings", "OFF"}) {
    BOOST_TEST(!is_log_level(name), name);
  }
}

BOOST_AUTO_TEST_CASE(defaults_are_info_to_stderr) {
  const auto log = make_log({});
  BOOST_TEST((log->level() == spdlog::level::info));
  BOOST_TEST(log->name() == "sse-worker");
  BOOST_REQUIRE_EQUAL(log->sinks().size(), 1U);
  BOOST_TEST(dynamic_cast<spdlog::sinks::stderr_sink_mt*>(log->sinks()[0].get()) != nullptr);
}

BOOST_AUTO_TEST_CASE(syslog_on_request) {
  const auto log = make_log({.target = LogSettings::Target::syslog});
  BOOST_REQUIRE_EQUAL(log->sinks().size(), 1U);
  BOOST_TEST(dynamic_cast<spdlog::sinks::syslog_sink_mt*>(log->sinks()[0].get()) != nullptr);
}

// Two workers in one process, as in these tests, must not share a logger by its name.
BOOST_AUTO_TEST_CASE(each_call_makes_a_log_of_its_own) {
  const auto one = make_log({.level = "debug"});
  const auto other = make_log({.level = "error"});
  BOOST_TEST(one != other);
  BOOST_TEST((one->level() == spdlog::level::debug));
}

BOOST_AUTO_TEST_SUITE_END()
