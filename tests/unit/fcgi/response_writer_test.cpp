// ResponseWriter on a socket that keeps the bounds of each write: exact bytes, and how many system calls they
// take.
#include "fcgi/response_writer.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <vector>

#include "fcgi/record.hpp"
#include "net/loop.hpp"
#include "support/manual_clock.hpp"
#include "support/wire.hpp"

using namespace worker;
using namespace worker::fcgi;
using namespace std::chrono_literals;
using Sent = ResponseWriter::Sent;
namespace wire = worker::support::wire;

namespace {

constexpr std::string_view plain_head = "Status: 200 OK\r\n\r\n";

std::string out(std::string_view payload, unsigned id = 1) {
  return wire::record(wire::standard_output, id, payload);
}

struct NotingOwner final : ResponseWriter::Owner {
  void on_ready(Ready ready) override { writable += ready.writable ? 1 : 0; }
  void close_stalled() override { ++stalled; }

  int writable = 0;
  int stalled = 0;
};

struct Fixture {
  Fixture() {
    std::array<int, 2> both{};
    BOOST_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both.data()),
                        0);
    ours.reset(both[0]);
    theirs.reset(both[1]);
    BOOST_REQUIRE(loop.poller().add(ours.get(), owner, net::Poller::Trigger::edge));
    writer.emplace(output, owner, ours.get());
  }

  /// What each write since the last call brought.
  std::vector<std::string> writes() const {
    std::vector<std::string> all;
    std::array<char, 262'144> buffer;
    for (;;) {
      const auto size = ::recv(theirs.get(), buffer.data(), buffer.size(), 0);
      if (size <= 0) return all;
      all.emplace_back(buffer.data(), static_cast<std::size_t>(size));
    }
  }
  bool nothing_is_written() const {
    char byte = 0;
    return ::recv(theirs.get(), &byte, 1, 0) < 0;
  }
  void begin_stream(unsigned id = 1) {
    writer->begin(static_cast<std::uint16_t>(id), false);
    writer->write_head({200, {}});
  }
  /// A stream whose head is sent.
  void open_stream(unsigned id = 1) {
    begin_stream(id);
    BOOST_TEST((writer->uncork(false) == Sent::all));
    writes();
  }
  /// Writes until the socket is full.
  std::string filled() {
    const std::string payload(30'000, 'f');
    std::string all;
    for (auto sent = Sent::all; sent == Sent::all; all += out(payload)) sent = writer->write(payload);
    return all;
  }

  support::ManualClock clock;
  net::Loop loop{clock};
  net::StallWatch stall_watch{loop.timers(), 20s};
  metrics::Registry registry;
  Metrics metrics{registry};
  OutputContext output{.poller = loop.poller(), .stall_watch = stall_watch, .metrics = metrics};
  base::UniqueFd ours;
  base::UniqueFd theirs;
  NotingOwner owner;
  std::optional<ResponseWriter> writer;
};

std::string joined(const std::vector<std::string>& writes) {
  std::string all;
  for (const auto& each : writes) all += each;
  return all;
}

using Writes = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(response_writer_suite, Fixture)

BOOST_AUTO_TEST_CASE(corked_frames_leave_in_one_write) {
  begin_stream();
  BOOST_TEST((writer->write("one") == Sent::later));
  BOOST_TEST((writer->send(shared_stdout("two")) == Sent::later));
  BOOST_TEST((writer->finish("last") == Sent::later));
  BOOST_TEST(writes().empty());
  BOOST_TEST((writer->uncork(false) == Sent::all));
  const auto bytes = out(plain_head) + out("one") + out("two") + out("last") + wire::end(1);
  BOOST_TEST((writes() == Writes{bytes}));
  BOOST_TEST(metrics.sent_bytes.value() == bytes.size());
  BOOST_TEST(!writer->has_backlog());
}

BOOST_AUTO_TEST_CASE(each_call_is_one_write) {
  open_stream();
  BOOST_TEST((writer->write("one") == Sent::all));
  BOOST_TEST((writer->send(shared_stdout("two")) == Sent::all));
  BOOST_TEST((writer->reply(out("reply")) == Sent::all));
  BOOST_TEST((writer->finish("last") == Sent::all));
  BOOST_TEST((writes() == Writes{out("one"), out("two"), out("reply"), out("last") + wire::end(1)}));
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_later_is_one_write) {
  writer->begin(1, false);
  BOOST_TEST((writer->uncork(false) == Sent::all));
  BOOST_TEST(nothing_is_written());  // not even an empty write
  BOOST_TEST((writer->answer({{200, {}}, "body"}) == Sent::all));
  BOOST_TEST((writes() == Writes{out(plain_head) + out("body") + wire::end(1)}));
}

BOOST_AUTO_TEST_CASE(every_frame_has_the_id_of_its_request) {
  open_stream(300);
  BOOST_TEST(writer->request_id() == 300U);
  writer->write("one");
  writer->send(shared_stdout("two"));
  writer->finish("last");
  BOOST_TEST((writes() == Writes{out("one", 300), out("two", 300), out("last", 300) + wire::end(300)}));
  begin_stream(2);
  writer->send(shared_stdout("corked"));
  writer->uncork(false);
  BOOST_TEST((writes() == Writes{out(plain_head, 2) + out("corked", 2)}));
}

BOOST_AUTO_TEST_CASE(without_a_body_until_the_next_request) {
  writer->begin(1, true);
  BOOST_TEST(writer->omits_body());
  writer->answer({{200, {}}, "body"});
  writer->uncork(false);
  BOOST_TEST((writes() == Writes{out(plain_head) + wire::end(1)}));
  writer->begin(1, false);
  writer->answer({{200, {}}, "body"});
  writer->uncork(false);
  BOOST_TEST((writes() == Writes{out(plain_head) + out("body") + wire::end(1)}));
}

BOOST_AUTO_TEST_CASE(what_a_full_socket_does_not_take_waits_in_order) {
  open_stream();
  auto expected = filled();
  BOOST_TEST(writer->has_backlog());
  BOOST_TEST(writer->wants_writable());
  const auto event = shared_stdout("event");
  BOOST_TEST((writer->send(event) == Sent::later));
  BOOST_TEST(event.use_count() == 2);  // it waits uncopied
  BOOST_TEST((writer->write("two") == Sent::later));
  expected += out("event") + out("two");
  BOOST_TEST(metrics.outbox_high_water.value() > 0);
  const auto waiting = [this] { return std::pair(metrics.outbox_bytes.value(), metrics.outboxes.value()); };
  const auto told = [this] { return std::pair(static_cast<std::int64_t>(writer->backlog_bytes()), 1L); };
  const auto most = waiting();
  BOOST_TEST((most == told()));
  BOOST_TEST((writer->flush() == Sent::later));
  std::string seen = joined(writes());
  BOOST_TEST((waiting() == told()));
  BOOST_TEST((writer->flush() == Sent::all));
  BOOST_TEST(most.first > 10);
  BOOST_TEST((waiting() == std::pair(std::int64_t{0}, std::int64_t{0})));
  seen += joined(writes());
  BOOST_TEST((seen == expected));
  BOOST_TEST(!writer->has_backlog());
  BOOST_TEST(event.use_count() == 1);
  owner.writable = 0;
  loop.run_ready();
  BOOST_TEST(owner.writable == 0);  // not reported any more
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_nothing_is_reported_after_the_bound) {
  open_stream();
  filled();
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST(owner.stalled == 0);
    clock.advance(5s);
    loop.run_ready();
  }
  BOOST_TEST(owner.stalled == 1);
  writer->close();
  BOOST_TEST(!writer->has_backlog());
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_long_stream_waits_behind_its_opening) {
  const std::string history(600, 'h');
  begin_stream();
  writer->write("first");
  writer->write(history);
  BOOST_TEST((writer->uncork(true) == Sent::later));
  BOOST_TEST(writer->opening_delayed());
  BOOST_TEST(writer->has_backlog());
  BOOST_TEST(!writer->wants_writable());
  BOOST_TEST(metrics.outbox_bytes.value() == static_cast<std::int64_t>(out(history).size()));
  BOOST_TEST((writer->write("live") == Sent::later));
  BOOST_TEST((writes() == Writes{out(plain_head) + out("first")}));
  clock.advance(1h);
  loop.run_ready();  // nobody watches a peer that is sent nothing
  BOOST_TEST(owner.stalled == 0);
  BOOST_TEST(owner.writable == 0);
  BOOST_TEST(writer->release_opening());
  BOOST_TEST(!writer->release_opening());
  loop.run_ready();
  BOOST_TEST(owner.writable == 1);
  BOOST_TEST((writer->flush() == Sent::all));
  BOOST_TEST(joined(writes()) == out(history) + out("live"));
  BOOST_TEST(metrics.sent_bytes.value() ==
             (out(plain_head) + out("first") + out(history) + out("live")).size());
}

BOOST_AUTO_TEST_CASE(a_short_stream_and_a_single_write_are_not_delayed) {
  begin_stream();
  writer->write("first");
  writer->write("second");
  BOOST_TEST((writer->uncork(true) == Sent::all));
  begin_stream();
  writer->write(std::string(1'000, 'h'));
  BOOST_TEST((writer->uncork(true) == Sent::all));
  BOOST_TEST(!writer->opening_delayed());
  BOOST_TEST(writes().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_left) {
  open_stream();
  theirs.reset();
  BOOST_TEST((writer->write("one") == Sent::peer_gone));
  BOOST_TEST((writer->send(shared_stdout("two")) == Sent::peer_gone));
  BOOST_TEST(!writer->has_backlog());
  begin_stream();
  BOOST_TEST((writer->uncork(false) == Sent::peer_gone));
}

BOOST_AUTO_TEST_CASE(a_peer_that_leaves_while_bytes_wait) {
  open_stream();
  filled();
  theirs.reset();
  BOOST_TEST((writer->flush() == Sent::peer_gone));
  BOOST_TEST(metrics.outbox_bytes.value() > 0);
  writer->close();
  BOOST_TEST(metrics.outbox_bytes.value() == 0);
  BOOST_TEST(metrics.outboxes.value() == 0);
}

BOOST_AUTO_TEST_CASE(what_waits_is_gone_with_its_writer) {
  open_stream();
  filled();
  BOOST_TEST(metrics.outbox_bytes.value() > 0);
  writer.reset();
  BOOST_TEST(metrics.outbox_bytes.value() == 0);
  BOOST_TEST(metrics.outboxes.value() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
