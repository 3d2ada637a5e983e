#include "app/supervisor.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <memory>
#include <sstream>
#include <string>

#include "base/unique_fd.hpp"

using namespace worker;
using app::Supervisor;

namespace {

// The socket of systemd, by the name of an address without a file.
struct Systemd {
  Systemd() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(name, address.sun_path);
    address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    BOOST_REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  }
  // Empty: nothing has come.
  std::string message() const {
    std::string text(1U << 12U, '\0');
    const auto size = ::recv(socket.get(), text.data(), text.size(), MSG_DONTWAIT);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

  const std::string name = "@sse-worker-supervisor-test-" + std::to_string(::getpid());
  const base::UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM, 0)};
};

struct Log {
  std::ostringstream text;
  base::Logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(text)};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(supervisor, Log)

BOOST_AUTO_TEST_CASE(that_it_serves_and_how) {
  const Systemd systemd;
  const Supervisor supervisor(systemd.name, logger);
  supervisor.ready("takeovers=1 refused=0");
  BOOST_TEST(systemd.message() == "READY=1\nSTATUS=takeovers=1 refused=0");
  supervisor.status("takeovers=1 refused=1 error=\"none\"");
  BOOST_TEST(systemd.message() == "STATUS=takeovers=1 refused=1 error=\"none\"");
  BOOST_TEST(text.str() == "");
}

BOOST_AUTO_TEST_CASE(a_line_cannot_become_another_assignment) {
  const Systemd systemd;
  Supervisor(systemd.name, logger).status("a\nMAINPID=1");
  BOOST_TEST(systemd.message() == "STATUS=a");
}

BOOST_AUTO_TEST_CASE(without_an_address_it_does_nothing) {
  Supervisor({}, logger).ready("a");
  BOOST_TEST(text.str() == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_is_logged) {
  Supervisor("/nobody/is/here", logger).ready("a");
  BOOST_TEST(text.str().find("cannot notify the supervisor: address=\"/nobody/is/here\" error=\"No such") !=
             std::string::npos);
  Supervisor(std::string(200, 'x'), logger).ready("a");
  BOOST_TEST(text.str().find("NOTIFY_SOCKET is too long") != std::string::npos);
}

// Whoever does not read stops nobody.
BOOST_AUTO_TEST_CASE(a_full_socket_does_not_block) {
  const Systemd systemd;
  const Supervisor supervisor(systemd.name, logger);
  for (int sent = 0; sent < 10'000 && text.str().empty(); ++sent) supervisor.status("a");
  BOOST_TEST(text.str().find("cannot notify the supervisor") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
