// POST /publish answers only once the store has the events, and says when it cannot keep them.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "unit/api/publish/publish_fixture.hpp"
#include "unit/api/publish/stores.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct InTrouble : PublishFixture<FullStore> {};
struct Later : PublishFixture<LateStore> {
  /// Reached by a later turn of the real loop.
  void run() { loop.run(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_in_trouble_suite, InTrouble)

BOOST_AUTO_TEST_CASE(what_cannot_be_kept_is_to_be_sent_again) {
  const auto answer =
      refused(503, "Service Unavailable", "The store is unavailable (the disk is full). Retry later.");
  BOOST_TEST(form("topic=a") == answer);
  BOOST_TEST(json(R"({"topic":"a"})") == answer);
  BOOST_TEST(batch("{\"topic\":\"a\"}\n1\n") == answer);
  BOOST_TEST(metrics.events.value() == 0U);
  BOOST_TEST(metrics.rejected.value() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(publish_later_suite, Later)

BOOST_AUTO_TEST_CASE(answered_when_it_is_kept) {
  RecordingExchange exchange(request("application/x-www-form-urlencoded", "topic=a"));
  serve(exchange);
  BOOST_TEST(!exchange.finished);
  BOOST_TEST(exchange.source != nullptr);
  clock.advance(3ms);
  store.keep_all();
  BOOST_TEST(told(exchange) == kept("e-1"));
  BOOST_TEST(registry.text().find("sse_worker_publish_seconds_bucket{le=\"0.0025\"} 0\n"
                                  "sse_worker_publish_seconds_bucket{le=\"0.005\"} 1\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_publisher_has_left) {
  {
    RecordingExchange exchange(request("application/x-www-form-urlencoded", "topic=a"));
    serve(exchange);
  }
  store.keep_all();
  BOOST_TEST(log.last() == 1U);
  BOOST_TEST(metrics.events.value() == 1U);
}

// A worker that stops lets a publish finish; it is the drain's end that may cut it.
BOOST_AUTO_TEST_CASE(a_drain_waits_for_it) {
  RecordingExchange exchange(request("application/x-www-form-urlencoded", "topic=a"));
  serve(exchange);
  exchange.source->drain(1s);
  BOOST_TEST(!exchange.finished);
  store.keep_all();
  BOOST_TEST(told(exchange) == kept("e-1"));
}

BOOST_AUTO_TEST_CASE(several_at_once) {
  RecordingExchange first(request("application/x-www-form-urlencoded", "topic=a"));
  RecordingExchange second(request("application/x-ndjson", "{\"topic\":\"a\"}\n{}\n"));
  auto left = std::make_unique<RecordingExchange>(request("application/json", R"({"topic":"a"})"));
  serve(first);
  serve(*left);
  serve(second);
  left.reset();
  store.keep_all();
  BOOST_TEST(told(first) == kept("e-1"));
  BOOST_TEST(told(second) ==
             "200 application/x-ndjson|{\"id\":\"e-3\"}\n{\"error\":\"line 2: topic: is missing\"}\n");
}

// On the thread of the store the answer goes to the loop first.
BOOST_AUTO_TEST_CASE(kept_on_another_thread) {
  RecordingExchange exchange(request("application/x-ndjson", "{\"topic\":\"a\"}\n{\"topic\":\"a\"}\n"));
  RecordingExchange left(request("application/x-www-form-urlencoded", "topic=a"));
  std::thread disk;
  api::PublishEndpoint endpoint(loop, store, publishers, rate, settings, metrics);
  loop.post([&] {
    endpoint.serve(exchange);
    endpoint.serve(left);
    left.source.reset();
    disk = std::thread([&] {
      store.keep_all();
      loop.post([&] { loop.stop(); });
    });
  });
  run();
  disk.join();
  BOOST_TEST(told(exchange) == "200 application/x-ndjson|{\"id\":\"e-1\"}\n{\"id\":\"e-2\"}\n");
  BOOST_TEST(!left.finished);
  BOOST_TEST(metrics.events.value() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
