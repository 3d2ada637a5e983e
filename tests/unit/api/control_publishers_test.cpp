// POST /control for publish streams: those of a topic are asked to stop, those of a subject end.
#include <boost/test/unit_test.hpp>
#include <deque>
#include <thread>

#include "unit/api/control_fixture.hpp"
#include "unit/api/publish/stores.hpp"

using namespace worker;
using namespace worker::api;
using support::RecordingExchange;

namespace {

struct Publisher final : OpenPublisher {
  Publisher(std::string of, std::vector<std::string> topics)
      : subject_(std::move(of)), topics_(std::move(topics)) {}
  ~Publisher() override { leave_list(); }
  std::string_view subject() const override { return subject_; }
  const std::vector<std::string>& topics() const override { return topics_; }
  void stop(std::string_view topic) override { told.append(topic).append(" "); }
  void revoke() override { told += "revoked "; }
  void check_idle(base::Instant /*now*/) override {}

  const std::string subject_;
  const std::vector<std::string> topics_;
  std::string told;
};

template <class Store>
struct Fixture : ControlFixture<Store> {
  Publisher& open(const std::string& subject, const std::vector<std::string>& topics) {
    opened.push_back(std::make_unique<Publisher>(subject, topics));
    this->publishers.add(*opened.back());
    return *opened.back();
  }
  std::string frames() const {
    std::string text;
    for (const auto& entry : this->log.read_all(0, 100)) text += entry->frame();
    return text;
  }

  std::deque<std::unique_ptr<Publisher>> opened;
};

struct AtOnce : Fixture<store::MemoryStore> {};
struct Later : Fixture<support::LateStore> {};

constexpr auto stop = R"({"action":"stop","topic":"chat/1"})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(control_publishers_suite, AtOnce)

// The streams are told by the event, when it comes out of the log: on all loops, and on all workers.
BOOST_AUTO_TEST_CASE(a_stop_is_an_event_of_the_topic) {
  const auto& publisher = open("alice", {"chat/1"});
  const auto exchange = asked(stop);
  BOOST_TEST(exchange->head->status == 200);
  BOOST_TEST(exchange->body() == "{\"stopped\":\"e-1\"}\n");
  BOOST_TEST(frames() == "event: stopped\ndata: {}\nid: e-1\n\n");
  BOOST_TEST(log.read_all(0, 1).front()->topics().front() == "chat/1");
  BOOST_TEST(!log.read_all(0, 1).front()->closes());
  BOOST_TEST(publisher.told == "");
}

BOOST_AUTO_TEST_CASE(a_form) {
  http::Request request{.method = "POST",
                        .path = "/control",
                        .content_type = "application/x-www-form-urlencoded",
                        .remote_address = http::RemoteAddress::parse("127.0.0.1"),
                        .body = "action=stop&topic=chat/1"};
  request.headers.emplace("host", "localhost");
  RecordingExchange exchange(std::move(request));
  endpoint.serve(exchange);
  BOOST_TEST(exchange.body() == "{\"stopped\":\"e-1\"}\n");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_stop) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"action":"stop"})", "subject, topic: exactly one of the two is needed"},
      {R"({"action":"stop","subject":"alice"})", "topic: is missing; stop goes with a topic"},
      {R"({"action":"stop","topic":"a","subject":"alice"})",
       "subject, topic: exactly one of the two is needed"},
      {R"({"action":"stop","topic":"a/*"})", "topic: must be one topic, without a pattern"},
      {R"({"action":"stop","topic":"a","refuseSeconds":1})",
       "refuseSeconds: goes with the action end and a subject"},
      {R"({"action":"stops","topic":"a"})", "action: must be list, end or stop"},
      {R"({"topic":"a"})", "action: is missing; it is list, end or stop"},
      {R"({"action":"stop","topic":"a\u0000"})", "topic: contains a control character"}};
  for (const auto& [body, detail] : wrong) {
    const auto exchange = asked(body);
    BOOST_TEST(exchange->head->status == 400, body);
    BOOST_TEST(exchange->body().find(std::string("\"detail\":\"") + detail) != std::string::npos,
               exchange->body());
  }
  BOOST_TEST(log.last() == 0U);
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_closed) {
  std::vector<log::Draft> drafts(1);
  drafts.front() = {.topics = {"chat/1"}, .closes = true};
  store.append(std::move(drafts), [](const auto&) {});
  const auto exchange = asked(stop);
  BOOST_TEST(exchange->head->status == 409);
  BOOST_TEST(exchange->body().find("topic: is closed") != std::string::npos);
}

// Its publish streams, and not those of its topics.
BOOST_AUTO_TEST_CASE(the_streams_of_a_subject_end) {
  const auto& one = open("alice", {"a"});
  const auto& two = open("bob", {"a"});
  const auto& three = open("alice", {"b"});
  auto exchange = asked(R"({"action":"end","subject":"alice"})");
  loop.run_ready();
  BOOST_TEST(exchange->body() == "{\"ended\":2}\n");
  BOOST_TEST(one.told + two.told + three.told == "revoked revoked ");
  BOOST_TEST(two.told == "");
  exchange = asked(R"({"action":"end","topic":"a"})");
  loop.run_ready();
  BOOST_TEST(exchange->body() == "{\"ended\":0}\n");
  BOOST_TEST(two.told == "");
}

BOOST_AUTO_TEST_CASE(publishers_of_a_topic) {
  const auto& one = open("", {"a", "b"});
  const auto& two = open("", {"b"});
  const auto& none = open("", {});
  publishers.stop("a");
  publishers.stop("b");
  publishers.stop("c");
  BOOST_TEST(one.told == "a b ");
  BOOST_TEST(two.told == "b ");
  BOOST_TEST(none.told == "");
  opened.pop_front();
  publishers.stop("a");
  BOOST_TEST(publishers.revoke("nobody") == 0U);
  BOOST_TEST(publishers.revoke("") == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(control_publishers_later_suite, Later)

BOOST_AUTO_TEST_CASE(a_stop_is_answered_when_it_is_stored) {
  const auto exchange = asked(stop);
  BOOST_TEST(!exchange->finished);
  // The worker stops meanwhile: what has begun is completed.
  exchange->source->drain({});
  BOOST_TEST(!exchange->finished);
  store.keep_all();
  BOOST_TEST(exchange->body() == "{\"stopped\":\"e-1\"}\n");
}

BOOST_AUTO_TEST_CASE(a_stop_that_is_not_stored) {
  const auto exchange = asked(stop);
  store.rejection = store::Rejection::unavailable;
  store.keep_all();
  BOOST_TEST(exchange->head->status == 503);
  BOOST_TEST(exchange->head_text().find("\r\nRetry-After: 1\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(whoever_asked_has_left) {
  auto exchange = asked(stop);
  exchange.reset();
  store.keep_all();
  BOOST_TEST(log.last() == 1U);
}

BOOST_AUTO_TEST_CASE(a_store_with_a_thread_of_its_own) {
  std::unique_ptr<RecordingExchange> exchange;
  std::thread disk;
  loop.post([&] {
    exchange = asked(stop);
    disk = std::thread([&] {
      store.keep_all();
      loop.post([&] { loop.stop(); });
    });
  });
  loop.run();
  disk.join();
  BOOST_TEST(exchange->body() == "{\"stopped\":\"e-1\"}\n");
}

BOOST_AUTO_TEST_SUITE_END()
