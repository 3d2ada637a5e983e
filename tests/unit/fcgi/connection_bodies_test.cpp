// The bodies of all requests that are coming in, at their bound and beyond it.
#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;
using worker::metrics::Limit;

namespace {

struct Fixture : AcceptorFixture {
  Fixture() : AcceptorFixture({.deadline = 5s, .body_bytes_max = 10'000, .bodies_bytes_max = 3'000}) {}

  static std::string posted(std::size_t body_bytes) { return wire::post(std::string(body_bytes, 'b')); }
  /// A request without its last record.
  static std::string begun(std::size_t body_bytes) {
    const auto whole = posted(body_bytes);
    return whole.substr(0, whole.size() - end.size());
  }
  static inline const std::string end = wire::record(wire::standard_input, 1);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connection_bodies_suite, Fixture)

BOOST_AUTO_TEST_CASE(bodies_at_the_limit_and_over_it) {
  auto one = connect();
  auto two = connect();
  auto three = connect();
  send(one, begun(1'000));
  send(two, begun(2'000));
  BOOST_TEST(totals.bodies.used() == 3'000U);
  const auto refusal = answer_to(three, posted(16));
  BOOST_TEST(refusal.find("Status: 503 Service Unavailable\r\n") != std::string::npos);
  BOOST_TEST(refusal.find("\r\nRetry-After: 1\r\n") != std::string::npos);
  BOOST_TEST(refusal.find("Retry later") != std::string::npos);
  BOOST_TEST(metrics.limits.value(Limit::bodies_bytes) == 1U);
  BOOST_TEST(refused() == 0U);
  BOOST_TEST(answer_to(one, end) == ok);
  BOOST_TEST(answer_to(two, end) == ok);
  BOOST_TEST(totals.bodies.used() == 0U);
  auto next = connect();
  BOOST_TEST(answer_to(next, posted(3'000)) == ok);
}

// Requests for streams have no body, so they are served when no more can be published.
BOOST_AUTO_TEST_CASE(requests_without_a_body_are_served) {
  auto one = connect();
  send(one, begun(3'000));
  auto reader = connect();
  BOOST_TEST(answer_to(reader, wire::request({})) == ok);
}

BOOST_AUTO_TEST_CASE(a_single_body_may_exceed_the_limit) {
  auto one = connect();
  BOOST_TEST(answer_to(one, posted(10'000)) == ok);
  BOOST_TEST(totals.bodies.used() == 0U);
}

BOOST_AUTO_TEST_CASE(every_end_of_a_request_frees_its_bytes) {
  auto gone = connect();
  send(gone, begun(500));
  auto late = connect();
  send(late, begun(600));
  auto aborted = connect();
  send(aborted, begun(700) + wire::record(2, 1));
  auto large = connect();
  send(large, begun(800) + wire::record(wire::standard_input, 1, std::string(9'201, 'b')));
  BOOST_TEST(totals.bodies.used() == 1'100U);
  gone.close();
  settle();
  BOOST_TEST(totals.bodies.used() == 600U);
  advance(6s);
  BOOST_TEST(refused(Refusal::deadline) == 1U);
  BOOST_TEST(totals.bodies.used() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
