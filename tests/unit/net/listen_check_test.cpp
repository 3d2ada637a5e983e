#include "net/listen_check.hpp"

#include <fmt/format.h>
#include <netinet/in.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "unit/net/listen.hpp"

using namespace worker::net;
namespace fs = std::filesystem;

namespace {

std::string certain(const std::string& address) {
  const auto problem = listen_problem({.address = address});
  return problem ? (problem->certain ? "" : "perhaps: ") + problem->sentence : "none";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(listen_check_suite, SocketFolder)

BOOST_AUTO_TEST_CASE(no_problem_and_no_file_is_made) {
  BOOST_TEST(certain("") == "none");
  BOOST_TEST(certain(path) == "none");
  BOOST_TEST(!fs::exists(path));
  BOOST_TEST(certain("127.0.0.1:0") == "none");
}

BOOST_AUTO_TEST_CASE(a_socket_that_no_process_listens_on) {
  { const auto left = bound_to(path, true); }
  BOOST_TEST(certain(path) == "none");
  BOOST_TEST(fs::exists(path));
}

BOOST_AUTO_TEST_CASE(a_socket_that_another_process_listens_on) {
  const auto other = bound_to(path, true);
  BOOST_TEST(certain(path) ==
             "perhaps: another process is listening on " + path + "; stop it, unless it is this worker");
  BOOST_TEST(connects_to(path));
}

BOOST_AUTO_TEST_CASE(what_is_no_socket) {
  folder.file("w.sock", "precious");
  BOOST_TEST(certain(path) == path + " exists and is not a socket; choose another path");
}

BOOST_AUTO_TEST_CASE(folders) {
  BOOST_TEST(certain(folder.path("missing/w.sock")) ==
             "there is no folder " + folder.path("missing") +
                 " for the socket; make it, or choose another path");
  const auto file = folder.file("file", "");
  BOOST_TEST(certain(file + "/w.sock") == file + " is not a folder; choose another path");
  if (::geteuid() == 0) return;  // who may make a socket anywhere
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  BOOST_TEST(certain(path) ==
             fmt::format("user {} may not make a socket in {} (Permission denied); choose another "
                         "folder, or make this one the user's",
                         ::geteuid(), folder.path()));
  fs::permissions(folder.path(), fs::perms::owner_all);
}

BOOST_AUTO_TEST_CASE(the_longest_path_and_one_more) {
  const auto fits = folder.path(std::string(107 - folder.path().size() - 1, 'x'));
  BOOST_TEST(certain(fits) == "none");
  BOOST_TEST(certain(fits + "x") == fits + "x is too long: the path of a Unix socket may have 107 bytes");
}

BOOST_AUTO_TEST_CASE(a_port_that_another_process_uses) {
  const auto taken = ListeningSocket::find({.address = "127.0.0.1:0"});
  sockaddr_in name{};
  socklen_t size = sizeof name;
  ::getsockname(taken.value().descriptor(), reinterpret_cast<sockaddr*>(&name), &size);
  const auto address = fmt::format("127.0.0.1:{}", ntohs(name.sin_port));
  BOOST_TEST(certain(address) ==
             "perhaps: another process is listening on " + address + "; stop it, unless it is this worker");
}

BOOST_AUTO_TEST_CASE(an_address_of_another_machine) {
  BOOST_TEST(certain("192.0.2.1:9000") ==
             "192.0.2.1:9000 is not an address of this machine; use one that is, such as 127.0.0.1:9000");
}

BOOST_AUTO_TEST_SUITE_END()
