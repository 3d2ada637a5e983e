// The acceptor: accepting, its bounds, and what happens without descriptors.
#include <fcntl.h>
#include <sys/resource.h>

#include <list>
#include <stdexcept>

#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

namespace {

struct Narrow : AcceptorFixture {
  Narrow() : AcceptorFixture({.pending_max = 3}) {}
};

// While it exists, the process gets no new descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const worker::base::UniqueFd lowest_free(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    auto none = before_;
    none.rlim_cur = static_cast<rlim_t>(lowest_free.get());
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(acceptor_suite, AcceptorFixture)

BOOST_AUTO_TEST_CASE(no_connection_is_accepted_before_start) {
  settle();
  BOOST_TEST(metrics.accepted.value() == 0U);
  auto peer = connect();
  BOOST_TEST(metrics.accepted.value() == 1U);
}

BOOST_AUTO_TEST_CASE(more_connections_than_one_turn_accepts) {
  std::list<Peer> peers;
  for (int i = 0; i < 125; ++i) peers.push_back(connect_unseen());
  settle();
  BOOST_TEST(metrics.accepted.value() == 125U);
  for (auto& peer : peers) BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  BOOST_TEST(metrics.connections.value() == 125);
}

BOOST_AUTO_TEST_CASE(a_listening_socket_that_another_process_made_blocking, *boost::unit_test::timeout(200)) {
  connect();
  make_listening_wait();
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  BOOST_TEST(metrics.accepted.value() == 2U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_leaves_before_it_is_accepted) {
  auto peer = connect_unseen();
  peer.send(wire::request({}));
  peer.close();
  settle();
  BOOST_TEST(metrics.accepted.value() == 1U);
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(without_descriptors_accepting_pauses_and_resumes) {
  auto open = connect();
  std::list<Peer> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(connect_unseen());
  {
    const NoDescriptors none;
    settle();
    BOOST_TEST(metrics.accept_pauses.value() == 1U);
    BOOST_TEST(metrics.accepted.value() == 1U);
    BOOST_TEST(answer_to(open, wire::request({})) == ok);  // the others are served meanwhile
    advance(99ms);
    BOOST_TEST(metrics.accept_pauses.value() == 1U);
    advance(1ms);
    BOOST_TEST(metrics.accept_pauses.value() == 2U);
    BOOST_TEST(news() == "warning: accept paused: error=\"Too many open files\"\n");  // once, not each time
  }
  settle();
  BOOST_TEST(metrics.accepted.value() == 1U);
  advance(100ms);
  BOOST_TEST(metrics.accepted.value() == 4U);
  BOOST_TEST(news() == "info: accept resumed\n");
  for (auto& peer : waiting) BOOST_TEST(answer_to(peer, wire::request({})) == ok);
}

BOOST_AUTO_TEST_CASE(draining_during_a_pause_does_not_resume) {
  auto peer = connect();
  auto waiting = connect_unseen();
  {
    const NoDescriptors none;
    settle();
  }
  bool done = false;
  begin_drain(0ms, 0ms, 0ms, [&] { done = true; });
  advance(1s);
  BOOST_TEST(done);
  BOOST_TEST(metrics.accepted.value() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(acceptor_pending_suite, Narrow)

BOOST_AUTO_TEST_CASE(one_more_than_may_wait_is_closed_at_once) {
  std::list<Peer> peers;
  for (int i = 0; i < 3; ++i) peers.push_back(connect());
  auto over = connect();
  BOOST_TEST(over.closed());
  BOOST_TEST(refused(Refusal::full) == 1U);
  BOOST_TEST(metrics.limits.value(worker::metrics::Limit::pending) == 1U);
  BOOST_TEST(metrics.connections.value() == 3);
  for (auto& peer : peers) BOOST_TEST(!peer.closed());
  peers.pop_front();
  settle();
  auto next = connect();
  BOOST_TEST(answer_to(next, wire::request({})) == ok);
}

BOOST_AUTO_TEST_CASE(neither_streams_nor_kept_connections_count) {
  endpoint.scripts["/events"] = endpoint.streaming();
  std::list<Peer> streams;
  for (int i = 0; i < 10; ++i) {
    streams.push_back(connect());
    send(streams.back(), wire::request({.path = "/events"}));
  }
  BOOST_TEST(metrics.streams.value() == 10);
  std::list<Peer> kept;
  for (int i = 0; i < 3; ++i) {
    kept.push_back(connect());
    BOOST_TEST(answer_to(kept.back(), wire::request({})) == ok);
  }
  BOOST_TEST(totals.pending == 0U);
  BOOST_TEST(totals.idle == 3U);
  std::list<Peer> silent;
  for (int i = 0; i < 3; ++i) silent.push_back(connect());
  BOOST_TEST(refused() == 0U);
  const auto over = connect();
  BOOST_TEST(refused(Refusal::full) == 1U);
  // Kept connections are served nevertheless, and count as pending until their request is complete.
  const auto request = wire::request({});
  send(kept.front(), request.substr(0, 10));
  BOOST_TEST(totals.pending == 4U);
  BOOST_TEST(totals.idle == 2U);
  BOOST_TEST(answer_to(kept.front(), request.substr(10)) == ok);
  BOOST_TEST(totals.pending == 3U);
  BOOST_TEST(totals.idle == 3U);
}

// nginx keeps a few. A peer that keeps more than may wait loses nothing when it is closed after its answer.
BOOST_AUTO_TEST_CASE(one_more_than_may_be_kept_is_closed_after_its_answer) {
  std::list<Peer> kept;
  for (int i = 0; i < 3; ++i) {
    kept.push_back(connect());
    BOOST_TEST(answer_to(kept.back(), wire::request({})) == ok);
    BOOST_TEST(!kept.back().closed());
  }
  auto over = connect();
  BOOST_TEST(answer_to(over, wire::request({})) == ok);
  BOOST_TEST(over.closed());
  BOOST_TEST(refused() == 0U);
  BOOST_TEST(totals.idle == 3U);
  kept.pop_front();
  settle();
  BOOST_TEST(totals.idle == 2U);
  auto next = connect();
  BOOST_TEST(answer_to(next, wire::request({})) == ok);
  BOOST_TEST(!next.closed());
}

// A connection that only asks for values still counts as idle.
BOOST_AUTO_TEST_CASE(a_management_record_is_no_request) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  send(peer, wire::record(9, 0, ""));
  BOOST_TEST(totals.idle == 1U);
  BOOST_TEST(totals.pending == 0U);
}

BOOST_AUTO_TEST_CASE(every_end_of_a_connection_makes_room_for_another) {
  endpoint.scripts["/bug"] = [](auto&) { throw std::runtime_error("a bug"); };
  endpoint.scripts["/events"] = endpoint.streaming();
  for (int round = 0; round < 5; ++round) {
    auto silent = connect();
    auto broken = connect();
    auto half = connect();
    send(broken, "GET / HTTP/1.1\r\n");
    send(half, "\x01");
    half.close();
    settle();
    advance(5s);
    auto bug = connect();
    auto aborted = connect();
    auto stream = connect();
    send(bug, wire::request({.path = "/bug"}));
    send(aborted, wire::begin(1, false) + wire::record(wire::abort_request, 1));
    send(stream, wire::request({.path = "/events"}));
    stream.close();
    settle();
    BOOST_TEST(metrics.connections.value() == 0);
  }
  BOOST_TEST(refused(Refusal::full) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
