#include "base/logger.hpp"

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "base/unique_fd.hpp"

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
    BOOST_TEST((make_logger({.level = name})->level() == level), name);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_level) {
  for (const auto* name : {"", "INFO", "Info", "info ", " info", "verbose", "0", "2", "warnings", "OFF"}) {
    BOOST_TEST(!is_log_level(name), name);
  }
}

BOOST_AUTO_TEST_CASE(stderr_on_request) {
  const auto logger = make_logger({.target = LogSettings::Target::stderr_stream});
  BOOST_TEST((logger->level() == spdlog::level::info));
  BOOST_TEST(logger->name() == "sse-worker");
  BOOST_REQUIRE_EQUAL(logger->sinks().size(), 1U);
  BOOST_TEST(dynamic_cast<spdlog::sinks::stderr_sink_mt*>(logger->sinks()[0].get()) != nullptr);
}

BOOST_AUTO_TEST_CASE(syslog_on_request) {
  const auto logger = make_logger({.target = LogSettings::Target::syslog});
  BOOST_REQUIRE_EQUAL(logger->sinks().size(), 1U);
  BOOST_TEST(dynamic_cast<spdlog::sinks::syslog_sink_mt*>(logger->sinks()[0].get()) != nullptr);
}

// As spawn-fcgi without -n leaves it.
struct NoStderr {
  NoStderr() : before(::dup(STDERR_FILENO)) {
    const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    ::dup2(null.get(), STDERR_FILENO);
  }
  NoStderr(const NoStderr&) = delete;
  NoStderr& operator=(const NoStderr&) = delete;
  ~NoStderr() { ::dup2(before.get(), STDERR_FILENO); }
  UniqueFd before;
};

BOOST_AUTO_TEST_CASE(by_default_stderr_but_syslog_where_that_is_lost) {
  int ends[2];
  BOOST_REQUIRE_EQUAL(::pipe(ends), 0);
  const UniqueFd out(ends[0]);
  const UniqueFd before(::dup(STDERR_FILENO));
  ::dup2(ends[1], STDERR_FILENO);
  ::close(ends[1]);
  const auto heard = make_logger({});
  ::dup2(before.get(), STDERR_FILENO);
  BOOST_TEST((heard->level() == spdlog::level::info));
  BOOST_TEST(heard->name() == "sse-worker");
  BOOST_TEST(dynamic_cast<spdlog::sinks::stderr_sink_mt*>(heard->sinks().at(0).get()) != nullptr);
  const NoStderr lost;
  const auto unheard = make_logger({});
  BOOST_TEST(dynamic_cast<spdlog::sinks::syslog_sink_mt*>(unheard->sinks().at(0).get()) != nullptr);
  const auto asked = make_logger({.target = LogSettings::Target::stderr_stream});
  BOOST_TEST(dynamic_cast<spdlog::sinks::stderr_sink_mt*>(asked->sinks().at(0).get()) != nullptr);
}

// Two workers in one process, as in these tests, must not share a logger by its name.
BOOST_AUTO_TEST_CASE(each_call_makes_a_log_of_its_own) {
  const auto one = make_logger({.level = "debug"});
  const auto other = make_logger({.level = "error"});
  BOOST_TEST(one != other);
  BOOST_TEST((one->level() == spdlog::level::debug));
}

BOOST_AUTO_TEST_SUITE_END()
