// GET /events with a cursor that this worker does not know yet.
#include <boost/test/unit_test.hpp>

#include "store/memory/memory_store.hpp"
#include "support/events_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

// A store whose trouble is what the test says.
struct Troubled final : store::Store {
  explicit Troubled(log::Log& log) : memory(log) {}

  void append(std::vector<log::Draft> drafts, store::Done done) override {
    memory.append(std::move(drafts), std::move(done));
  }
  std::optional<std::string> unavailable_reason() const override { return reason; }

  store::MemoryStore memory;
  std::optional<std::string> reason;
};

struct Fixture : EventsFixture {
  Fixture() : EventsFixture(2'000) {
    // Others write to it: what they have given out may be unknown here for a while.
    auto made = std::make_unique<EventLog>(history, "e", clock, EventLog::Writers::many);
    made->with([&](log::Log& log) {
      auto troubled = std::make_unique<Troubled>(log);
      store = troubled.get();
      return troubled;
    });
    use(std::move(made));
    publish("a", "1");
    publish("a", "2");
  }
  std::unique_ptr<RecordingExchange> asking(const std::string& query, const std::string& method = "GET") {
    auto made = request(query);
    made.method = method;
    return served(std::move(made));
  }
  void pass(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 1ms) advance(1ms);
  }
  std::string waits() const {
    return fmt::format("{} known, {} unknown, {} too many", metrics.cursor_waits_done.value(),
                       metrics.cursor_waits_failed.value(), metrics.cursor_waits_refused.value());
  }

  Troubled* store = nullptr;
};

const std::string opening = ": ok\n\nretry: 3000\n\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cursor_waitlist_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_stream_begins_as_soon_as_its_cursor_is_known) {
  const auto reader = asking("topic=a&lastEventId=e-4");
  BOOST_TEST(!reader->head);
  pass(50ms);
  BOOST_TEST(!reader->head);
  publish("a", "3");
  publish("a", "4");
  publish("a", "5");
  pass(100ms);
  BOOST_TEST(reader->news() == opening + "id: e-4\n\ndata: 5\nid: e-5\n\n");
  publish("a", "6");
  settle();
  BOOST_TEST(reader->news() == "data: 6\nid: e-6\n\n");
  BOOST_TEST(slots.used() == 1U);
  BOOST_TEST(waits() == "1 known, 0 unknown, 0 too many");
  reader->source.reset();
  BOOST_TEST(slots.used() == 0U);
}

BOOST_AUTO_TEST_CASE(a_long_poll_too) {
  const auto poll = asking("topic=a&poll=20&lastEventId=mine");
  pass(10ms);
  append(draft_with_id("a", "mine", "3"));
  pass(30ms);
  BOOST_TEST(!poll->head);  // it waits for what comes after its cursor, as any other
  publish("a", "4");
  settle();
  BOOST_TEST(
      poll->body() ==
      R"({"events":[{"id":"e-4","event":"message","data":"4","topics":["a"]}],"lastEventId":"e-4","stream":"/events?topic=a&lastEventId=e-4"})"
      "\n");
}

BOOST_AUTO_TEST_CASE(a_short_wait_costs_a_few_milliseconds) {
  const auto reader = asking("topic=a&lastEventId=e-3");
  pass(1ms);
  publish("a", "3");
  pass(2ms);
  BOOST_TEST(reader->news() == opening + "id: e-3\n\n");
}

BOOST_AUTO_TEST_CASE(after_a_second_it_is_unknown) {
  const auto reader = asking("topic=a&lastEventId=e-4");
  const auto poll = asking("topic=a&poll=20&lastEventId=nonsense");
  pass(999ms);
  BOOST_TEST(!reader->head);
  BOOST_TEST(!poll->head);
  pass(1ms);
  const auto text = reader->news();
  BOOST_TEST(text.starts_with(opening + "event: gap\ndata: {\"reason\":\"unknown\",\"lastEventId\":\"e-4\""));
  BOOST_TEST(text.ends_with("data: 1\nid: e-1\n\ndata: 2\nid: e-2\n\n"));
  BOOST_TEST(poll->body().find("\"gap\":{\"reason\":\"unknown\"") != std::string::npos);
  BOOST_TEST(waits() == "0 known, 2 unknown, 0 too many");
}

BOOST_AUTO_TEST_CASE(nobody_else_waits) {
  for (const auto* query : {"topic=a", "topic=a&lastEventId=e-1", "topic=a&lastEventId=earliest"})
    BOOST_TEST(asking(query)->head.has_value(), query);
  // An answer without a body.
  BOOST_TEST(asking("topic=a&lastEventId=e-4", "HEAD")->finished);
  BOOST_TEST(asking("topic=a&lastEventId=e-4&poll=5", "HEAD")->source != nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_closed_by_then_is_over) {
  const auto reader = asking("topic=a&lastEventId=e-3");
  append(closing("a"));
  pass(10ms);
  BOOST_TEST(reader->head->status == 204);
  BOOST_TEST(reader->finished);
}

BOOST_AUTO_TEST_CASE(a_reader_who_leaves_frees_its_slot_and_is_not_looked_for) {
  auto reader = asking("topic=a&lastEventId=e-4");
  pass(10ms);
  BOOST_TEST(slots.used() == 1U);
  reader.reset();
  BOOST_TEST(slots.used() == 0U);
  pass(2'000ms);
  BOOST_TEST(waits() == "0 known, 0 unknown, 0 too many");
}

BOOST_AUTO_TEST_CASE(a_worker_that_stops_sends_them_to_another) {
  const auto reader = asking("topic=a&lastEventId=e-4");
  const auto poll = asking("topic=a&poll=20&lastEventId=e-4");
  reader->source->drain(5s);
  poll->source->drain(5s);
  BOOST_TEST(reader->finished);
  BOOST_TEST(reader->head->status == 200);
  BOOST_TEST(reader->body().starts_with(opening));
  BOOST_TEST(reader->body().find("id:") == std::string::npos);
  BOOST_TEST(poll->head->status == 503);
  BOOST_TEST(poll->head_text().find("Retry-After: 1") != std::string::npos);
  pass(2'000ms);
  BOOST_TEST(reader->body().find("gap") == std::string::npos);
}

// While it cannot read on, it cannot say that a cursor is unknown.
BOOST_AUTO_TEST_CASE(a_worker_in_trouble_sends_them_to_another) {
  store->reason = "Redis is away";
  const auto reader = asking("topic=a&lastEventId=e-4");
  const auto poll = asking("topic=a&poll=20&lastEventId=e-4");
  pass(1'000ms);
  BOOST_TEST(reader->finished);
  BOOST_TEST(reader->body().find("gap") == std::string::npos);
  BOOST_TEST(poll->head->status == 503);
}

BOOST_AUTO_TEST_CASE(no_more_than_so_many_wait) {
  std::vector<std::unique_ptr<RecordingExchange>> readers;
  for (std::size_t i = 0; i < api::CursorWaitlist::count_max; ++i)
    readers.push_back(asking("topic=a&lastEventId=e-4"));
  BOOST_TEST(!readers.back()->head);
  BOOST_TEST(asking("topic=a&lastEventId=e-4")->news().find("unknown") != std::string::npos);
  BOOST_TEST(waits() == "0 known, 0 unknown, 1 too many");
  readers.pop_back();
  BOOST_TEST(!asking("topic=a&lastEventId=e-4")->head);
  publish("a");
  publish("a");
  pass(1'000ms);
  for (const auto& reader : readers) BOOST_REQUIRE(reader->news() == opening + "id: e-4\n\n");
  BOOST_TEST(slots.used() == readers.size());
}

// --- a cursor that was spoilt on its way ---

BOOST_AUTO_TEST_CASE(an_id_that_comes_back_as_latin_1) {
  append(draft_with_id("a", "caf\xc3\xa9", "3"));
  publish("a", "4");
  for (const auto* cursor : {"caf%C3%A9", "caf%E9", "caf%C3%83%C2%A9", "caf%25C3%25A9"}) {
    BOOST_TEST(asking(std::string("topic=a&lastEventId=") + cursor)->news() ==
               opening + "id: e-3\n\ndata: 4\nid: e-4\n\n");
  }
  const auto poll = asking("topic=b&poll=0&lastEventId=caf%E9");
  settle();
  BOOST_TEST(poll->body() ==
             "{\"events\":[],\"lastEventId\":\"caf\xc3\xa9\","
             "\"stream\":\"/events?topic=b&lastEventId=caf%C3%A9\"}\n");
}

BOOST_AUTO_TEST_CASE(an_id_that_is_spelt_so_comes_first) {
  append(draft_with_id("a", "caf\xc3\xa9", "3"));
  append(draft_with_id("a", "caf%C3%A9", "4"));
  BOOST_TEST(asking("topic=a&lastEventId=caf%25C3%25A9")->news() == opening + "id: e-4\n\n");
}

BOOST_AUTO_TEST_SUITE_END()
