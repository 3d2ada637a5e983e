// The local publish socket: connections that are accepted, or not, and how they end.
#include "local/local_acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "store/memory/memory_store.hpp"
#include "support/peer.hpp"
#include "support/temp_folder.hpp"
#include "unit/api/publish/publish_stream_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : PublishStreamFixture<store::MemoryStore> {
  Fixture() {
    const auto path = folder.path("publish.sock");
    std::memcpy(static_cast<char*>(address.sun_path), path.c_str(), path.size() + 1);
    BOOST_REQUIRE(::bind(listening.get(), generic(), sizeof address) == 0);
    BOOST_REQUIRE(::listen(listening.get(), 8) == 0);
  }

  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address); }
  /// Connected, if only in the kernel's backlog.
  Peer peer() const {
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_REQUIRE(::connect(socket.get(), generic(), sizeof address) == 0);
    return Peer(std::move(socket));
  }
  /// Until nothing more can happen.
  void turns() {
    for (int i = 0; i < 8; ++i) turn();
  }
  std::string answer(Peer& peer, std::string_view lines) {
    peer.send(lines);
    turns();
    return peer.received();
  }

  const TempFolder folder;
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  base::UniqueFd listening{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  api::PublishPlaces places{metrics.streams};
  base::Random random{1};
  local::LocalAcceptor acceptor{loop, listening.get(), context, places, 30s, random};
};

constexpr std::string_view line = "{\"topic\":\"t\",\"data\":\"x\"}\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(local_acceptor_suite, Fixture)

BOOST_AUTO_TEST_CASE(connections_are_answered_line_by_line) {
  acceptor.start();
  auto one = peer();
  auto two = peer();
  BOOST_TEST(answer(one, line) == id_line("e-1"));
  BOOST_TEST(answer(two, line) == id_line("e-2"));
  BOOST_TEST(answer(one, line) == id_line("e-3"));
  BOOST_TEST(metrics.streams.value() == 2);
  one.close();
  turns();
  BOOST_TEST(metrics.streams.value() == 1);
}

BOOST_AUTO_TEST_CASE(one_that_has_stopped_accepts_nothing_and_keeps_what_it_has) {
  acceptor.start();
  auto one = peer();
  BOOST_TEST(answer(one, line) == id_line("e-1"));
  acceptor.stop();
  auto two = peer();
  BOOST_TEST(answer(two, line) == "");
  BOOST_TEST(answer(one, line) == id_line("e-2"));
  BOOST_TEST(metrics.streams.value() == 1);
  acceptor.start();
  turns();
  BOOST_TEST(two.received() == id_line("e-3"));
}

// The number of the closed socket may belong to another one soon.
BOOST_AUTO_TEST_CASE(once_it_has_stopped_its_socket_can_be_closed) {
  acceptor.start();
  auto one = peer();
  BOOST_TEST(answer(one, line) == id_line("e-1"));
  acceptor.stop();
  ::unlink(static_cast<const char*>(address.sun_path));
  const base::UniqueFd other(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  BOOST_TEST_REQUIRE(::bind(other.get(), generic(), sizeof address) == 0);
  BOOST_TEST_REQUIRE(::listen(other.get(), 8) == 0);
  BOOST_TEST_REQUIRE(::dup3(other.get(), listening.get(), O_CLOEXEC) == listening.get());
  auto stranger = peer();
  BOOST_TEST(answer(stranger, line) == "");
  advance(1s);
  BOOST_TEST(answer(stranger, line) == "");
  BOOST_TEST(answer(one, line) == id_line("e-2"));
}

BOOST_AUTO_TEST_CASE(a_drain_ends_all_and_tells_them_when_to_come_back) {
  acceptor.start();
  auto one = peer();
  auto silent = peer();
  BOOST_TEST(answer(one, line) == id_line("e-1"));
  int done = 0;
  acceptor.drain({250ms, 250ms}, [&] { ++done; });
  turns();
  BOOST_TEST(one.received() == "{\"end\":{\"reason\":\"drain\",\"retryMs\":250}}\n");
  BOOST_TEST(one.closed());
  BOOST_TEST(silent.closed());
  // A peer that has got the end may still be writing.
  BOOST_TEST(done == 0);
  advance(2s);
  BOOST_TEST(done == 1);
  BOOST_TEST(metrics.streams.value() == 0);
}

BOOST_AUTO_TEST_CASE(a_drain_without_connections_is_over_at_once) {
  acceptor.start();
  int done = 0;
  acceptor.drain({1ms, 1ms}, [&] { ++done; });
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(a_worker_without_such_a_socket) {
  local::LocalAcceptor none{loop, -1, context, places, 30s, random};
  none.start();
  turns();
  int done = 0;
  none.drain({1ms, 1ms}, [&] { ++done; });
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(one_stream_more_than_there_may_be_is_told_so) {
  settings.streams_max = 1;
  acceptor.start();
  auto one = peer();
  BOOST_TEST(answer(one, line) == id_line("e-1"));
  auto two = peer();
  turns();
  BOOST_TEST(two.received() ==
             error_line("There are 1 publish streams already, as many as publish.streams_max allows. Retry "
                        "later."));
  BOOST_TEST(two.closed());
  BOOST_TEST(answer(one, line) == id_line("e-2"));
}

BOOST_AUTO_TEST_SUITE_END()
