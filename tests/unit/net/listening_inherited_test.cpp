// Inherited sockets: descriptor 0 and LISTEN_FDS.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>

#include "support/temp_folder.hpp"
#include "unit/net/listen.hpp"

using namespace worker::net;

namespace {

constexpr int first_passed = 3;

struct Fixture {
  worker::support::TempFolder folder;
  std::string path = folder.path("theirs.sock");
  worker::base::UniqueFd theirs = bound_to(path, true);
  std::string settings = folder.path("ours.sock");

  ~Fixture() {
    ::unsetenv("LISTEN_PID");
    ::unsetenv("LISTEN_FDS");
  }
  static void pass(const std::string& pid, const std::string& count) {
    ::setenv("LISTEN_PID", pid.c_str(), 1);
    ::setenv("LISTEN_FDS", count.c_str(), 1);
  }
  static std::string own_pid() { return std::to_string(::getpid()); }
  std::string origin() const {
    const auto found = ListeningSocket::find({.address = settings});
    return found ? found.value().origin() : found.error();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(listening_inherited_suite, Fixture)

BOOST_AUTO_TEST_CASE(without_a_socket_the_error_says_what_to_do) {
  settings.clear();
  BOOST_TEST(origin() ==
             "no listening socket: start the worker with spawn-fcgi (spawn-fcgi -s "
             "/run/sse-worker/sse-worker.sock -- "
             "sse-worker --config FILE), with a systemd socket unit, or set `listen:` in the configuration");
}

BOOST_AUTO_TEST_CASE(descriptor_0_wins) {
  const DescriptorAs standard_input(theirs.get(), STDIN_FILENO);
  const DescriptorAs passed(theirs.get(), first_passed);
  pass(own_pid(), "1");
  {
    const auto found = ListeningSocket::find({.address = settings});
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found.value().descriptor() == STDIN_FILENO);
    BOOST_TEST(found.value().origin() == "descriptor 0");
    BOOST_TEST(is_nonblocking_and_private(STDIN_FILENO));
    BOOST_TEST(!std::filesystem::exists(settings));
  }
  BOOST_TEST(std::filesystem::exists(path));  // not ours to remove
}

BOOST_AUTO_TEST_CASE(listen_fds_comes_second) {
  const DescriptorAs passed(theirs.get(), first_passed);
  pass(own_pid(), "1");
  {
    const auto found = ListeningSocket::find({.address = settings});
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found.value().descriptor() == first_passed);
    BOOST_TEST(found.value().origin() == "LISTEN_FDS");
    BOOST_TEST(is_nonblocking_and_private(first_passed));
  }
  BOOST_TEST(std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(closing_leaves_the_sockets_of_other_processes) {
  const DescriptorAs passed(theirs.get(), first_passed);
  pass(own_pid(), "1");
  auto found = ListeningSocket::find({.address = settings});
  BOOST_REQUIRE(found.has_value());
  found.value().close();
  BOOST_TEST(connects_to(path));
}

BOOST_AUTO_TEST_CASE(listen_fds_of_another_process_or_of_none) {
  const DescriptorAs passed(theirs.get(), first_passed);
  for (const auto& [pid, count] : {std::pair{std::string("1"), "1"},
                                   {own_pid(), "0"},
                                   {own_pid(), "-1"},
                                   {own_pid(), "x"},
                                   {own_pid(), ""},
                                   {std::string(), "1"}}) {
    pass(pid, count);
    BOOST_TEST(origin() == settings);
  }
}

BOOST_AUTO_TEST_CASE(more_than_one_passed_takes_the_first) {
  const DescriptorAs passed(theirs.get(), first_passed);
  pass(own_pid(), "2");
  BOOST_TEST(origin() == "LISTEN_FDS");
}

BOOST_AUTO_TEST_CASE(what_does_not_listen_is_passed_over) {
  const auto silent = bound_to(folder.path("silent.sock"), false);
  const DescriptorAs standard_input(silent.get(), STDIN_FILENO);
  const DescriptorAs passed(silent.get(), first_passed);
  pass(own_pid(), "1");
  BOOST_TEST(origin() == settings);
}

BOOST_AUTO_TEST_SUITE_END()
