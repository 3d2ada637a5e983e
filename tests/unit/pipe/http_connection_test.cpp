#include "pipe/http_connection.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "base/unique_fd.hpp"
#include "client/http_library.hpp"
#include "support/manual_clock.hpp"

using namespace std::chrono_literals;
using worker::base::UniqueFd;
using worker::client::HttpLibrary;
using worker::pipe::Ending;
using worker::pipe::HttpConnection;
using worker::pipe::Unanswered;

namespace {

constexpr auto head =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";

// A server that a test plays: it accepts one connection.
class PlayedServer {
 public:
  PlayedServer() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    BOOST_REQUIRE(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    BOOST_REQUIRE(::listen(listening_.get(), 1) == 0);
    ::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}/publish/stream?topic=a", port_); }
  bool has_caller() const {
    pollfd state{.fd = listening_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&state, 1, 0) > 0;
  }
  void accept() { socket_.reset(::accept(listening_.get(), nullptr, nullptr)); }
  void send(const std::string& text) {
    BOOST_REQUIRE(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(text.size()));
  }
  const std::string& got() {
    std::array<char, 65'536> bytes;
    const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size > 0) got_.append(bytes.data(), static_cast<std::size_t>(size));
    return got_;
  }

 private:
  UniqueFd listening_, socket_;
  std::uint16_t port_ = 0;
  std::string got_;
};

struct HttpFixture {
  explicit HttpFixture(bool apart = false, std::string key = {})
      : connection({.url = server.url(), .key = std::move(key), .trust_file = {}}, apart, lines, clock) {
    until([this] { return server.has_caller(); });
    server.accept();
    until([this] { return server.got().find("\r\n\r\n") != std::string::npos; });
  }

  template <class Condition>
  void until(const Condition& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) connection.wait({}, 5ms);
    BOOST_REQUIRE(condition());
  }
  void answer(const std::string& text) {
    server.send(text);
    until([this] { return connection.is_open() || connection.ending(); });
  }
  void check_ending(Ending::Kind kind, const std::string& reason) {
    until([this] { return connection.ending().has_value(); });
    BOOST_TEST((connection.ending()->kind == kind));
    BOOST_TEST(connection.ending()->reason == reason);
  }

  HttpLibrary library;
  worker::support::ManualClock clock;
  Unanswered lines{1'000};
  PlayedServer server;
  HttpConnection connection;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_connection_suite)

BOOST_AUTO_TEST_CASE(lines_and_answers_travel_at_the_same_time) {
  HttpFixture it(false, "a key");
  for (const auto* text :
       {"POST /publish/stream?topic=a&answers=all HTTP/1.1\r\n", "\r\nTransfer-Encoding: chunked\r\n",
        "\r\nContent-Type: application/x-ndjson\r\n", "\r\nAuthorization: Bearer a key\r\n"})
    BOOST_TEST(it.server.got().find(text) != std::string::npos, text);
  BOOST_TEST(it.server.got().find("Expect") == std::string::npos);
  it.answer(head);
  for (const auto* line : {"one\n", "two\n"}) {
    it.lines.add(1, line);
    it.until([&] { return it.server.got().ends_with(std::string("4\r\n") + line + "\r\n"); });
    it.server.send("3\r\nid\n\r\n");
    std::string received;
    it.until([&] { return (received += it.connection.take_received()) == "id\n"; });
  }
  it.connection.finish();
  it.until([&] { return it.server.got().ends_with("\r\n0\r\n\r\n"); });
  BOOST_TEST(!it.connection.ending());
  it.server.send("0\r\n\r\n");
  it.check_ending(Ending::Kind::complete, "");
}

// As nginx ends an answer whose worker was killed. libcurl would wait for something to send.
BOOST_AUTO_TEST_CASE(an_answer_that_ends_while_there_is_nothing_to_send) {
  HttpFixture it;
  it.answer(head);
  it.server.send("0\r\n\r\n");
  it.check_ending(Ending::Kind::lost, "the answer has ended");
}

BOOST_AUTO_TEST_CASE(a_refusal_while_there_is_nothing_to_send) {
  HttpFixture it;
  it.server.send(
      "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\nContent-Length: 15\r\n\r\n"
      "{\"detail\":\"No\"}");
  it.check_ending(Ending::Kind::denied, "status 403: No");
}

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_begin) {
  HttpFixture it;
  it.clock.advance(29'999ms);
  it.connection.wait({}, 0ms);
  BOOST_TEST(!it.connection.ending());
  it.clock.advance(1ms);
  it.check_ending(Ending::Kind::lost,
                  "no answer came for 30 seconds. A proxy on the way must not wait for the end of a body");
}

BOOST_AUTO_TEST_CASE(a_refusal_that_does_not_end) {
  HttpFixture it;
  it.server.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\n");
  it.connection.wait({}, 0ms);
  it.clock.advance(30s);
  it.check_ending(Ending::Kind::denied, "status 403");
}

BOOST_AUTO_TEST_CASE(a_line_apart_is_answered_at_its_end) {
  HttpFixture it(true);
  BOOST_TEST(it.server.got().find("&answers=errors ") != std::string::npos);
  it.clock.advance(1h);
  it.lines.add(1, "one\n");
  it.connection.finish();
  it.until([&] { return it.server.got().ends_with("4\r\none\n\r\n0\r\n\r\n"); });
  BOOST_TEST(!it.connection.ending());
  it.server.send(std::string(head) + "3\r\nid\n\r\n0\r\n\r\n");
  it.check_ending(Ending::Kind::complete, "");
  BOOST_TEST(it.connection.take_received() == "id\n");
}

BOOST_AUTO_TEST_SUITE_END()
