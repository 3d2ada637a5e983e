// Publishes that would hold the loop: read on another thread, and appended in parts.
#include <boost/test/unit_test.hpp>

#include "store/memory/memory_store.hpp"
#include "support/gzip.hpp"

#include "unit/api/publish/publish_fixture.hpp"

using namespace worker;
using namespace worker::support;

namespace {

// Notes how many came at a time, and refuses as told.
class CountingStore final : public store::Store {
 public:
  explicit CountingStore(log::Log& log) : memory_(log) {}

  void append(std::vector<log::Draft> drafts, store::Done done) override {
    parts.push_back(drafts.size());
    if (parts.size() <= good_parts) return memory_.append(std::move(drafts), std::move(done));
    done(std::vector<store::Kept>(drafts.size(), base::failure(store::Rejection::unavailable)));
  }
  std::optional<std::string> unavailable_reason() const override { return "the disk is full"; }

  std::vector<std::size_t> parts;
  std::size_t good_parts = 1'000;

 private:
  store::MemoryStore memory_;
};

struct Fixture : PublishFixture<CountingStore> {
  static std::string lines(int count, const std::string& line = R"({"topic":"a"})") {
    std::string all;
    for (int i = 0; i < count; ++i) all += line + "\n";
    return all;
  }
  /// What is there right after the request, and then the answer.
  std::string at_once(const std::string& type, const std::string& body) {
    RecordingExchange exchange(request(type, body));
    serve(exchange);
    const bool here = exchange.finished;
    wait_for(exchange);
    return fmt::format("{} {}", here ? "at once:" : "later:", told(exchange).substr(0, 3));
  }
};

const std::string ndjson = "application/x-ndjson";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_large_suite, Fixture)

BOOST_AUTO_TEST_CASE(large_is_what_has_many_bytes_or_lines) {
  BOOST_TEST(at_once(ndjson, lines(512)) == "at once: 200");
  BOOST_TEST(at_once(ndjson, lines(513)) == "later: 200");
  BOOST_TEST(at_once(ndjson, lines(1).append(65'536 - 14, ' ')) == "at once: 200");
  BOOST_TEST(at_once(ndjson, lines(1).append(65'537 - 14, ' ')) == "later: 200");
  BOOST_TEST(at_once("application/x-www-form-urlencoded", "topic=a&data=" + std::string(65'523, 'x')) ==
             "at once: 200");
  BOOST_TEST(at_once("application/x-www-form-urlencoded", "topic=a&data=" + std::string(65'524, 'x')) ==
             "later: 200");
  BOOST_TEST(at_once("text/plain", std::string(65'537, 'x')) == "later: 415");
  BOOST_TEST(log.last() == 1'029U);
}

BOOST_AUTO_TEST_CASE(appended_in_parts_and_answered_as_one) {
  const auto answer = batch(lines(1'100) + "1\n" + lines(1));
  BOOST_TEST((store.parts == std::vector<std::size_t>{512, 512, 77}));
  BOOST_TEST(answer.starts_with("200 application/x-ndjson|{\"id\":\"e-1\"}\n{\"id\":\"e-2\"}\n"));
  BOOST_TEST(answer.find("{\"id\":\"e-1100\"}\n{\"error\":\"line 1101: ") != std::string::npos);
  BOOST_TEST(answer.ends_with("{\"id\":\"e-1101\"}\n"));
  BOOST_TEST(metrics.events.value() == 1'101U);
  BOOST_TEST(metrics.rejected.value() == 1U);
}

// Topics and bytes have their weight as well.
BOOST_AUTO_TEST_CASE(what_makes_a_part) {
  batch(lines(30, R"({"topic":["a","b","c","d","e","f","g","h","i","j"],"data":"x"})"));
  BOOST_TEST((store.parts == std::vector<std::size_t>{30}));
  std::string wide = R"({"topic":["0")";
  for (int i = 1; i < 100; ++i) wide += fmt::format(",\"{}\"", i);
  store.parts.clear();
  batch(lines(25, wide + "]}"));
  BOOST_TEST((store.parts == std::vector<std::size_t>{10, 10, 5}));
  store.parts.clear();
  batch(lines(3, R"({"topic":"a","data":")" + std::string(600'000, 'x') + "\"}"));
  BOOST_TEST((store.parts == std::vector<std::size_t>{1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(the_publisher_leaves_while_it_is_read) {
  {
    RecordingExchange exchange(request(ndjson, lines(600)));
    serve(exchange);
  }
  RecordingExchange after(request(ndjson, lines(513)));
  serve(after);
  wait_for(after);
  BOOST_TEST(log.last() == 1'113U);
  BOOST_TEST(told(after).find("\"e-1113\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_part_that_cannot_be_kept) {
  store.good_parts = 1;
  BOOST_TEST(
      batch(lines(2'000)) ==
      refused(503, "Service Unavailable",
              "The outcome is unknown: the event may have been stored. Retry later; a retry with the same "
              "`id` cannot create a duplicate."));
  BOOST_TEST((store.parts == std::vector<std::size_t>{512, 512}));
  store.good_parts = 0;
  BOOST_TEST(batch(lines(2'000)) == refused(503, "Service Unavailable",
                                            "The store is unavailable (the disk is full). Retry later."));
}

BOOST_AUTO_TEST_CASE(too_much_waits_to_be_read) {
  const auto body = lines(1).append(33'554'433, ' ');
  RecordingExchange first(request(ndjson, body));
  RecordingExchange second(request(ndjson, body));
  serve(first);
  serve(second);
  BOOST_TEST(told(second).starts_with("503 application/problem+json|"));
  BOOST_TEST(second.head_text().find("\r\nRetry-After: 1\r\n") != std::string::npos);
  BOOST_TEST(metrics.rejected.value() == 1U);
  wait_for(first);
  BOOST_TEST(told(first).starts_with("200 "));
  RecordingExchange third(request(ndjson, body));
  serve(third);
  wait_for(third);
  BOOST_TEST(told(third).starts_with("200 "));
}

BOOST_AUTO_TEST_CASE(what_is_to_be_expanded_is_read_elsewhere) {
  auto asked = request("application/json", gzip(R"({"topic":"a"})"));
  asked.headers.emplace("content-encoding", "gzip");
  RecordingExchange exchange(std::move(asked));
  serve(exchange);
  BOOST_TEST(!exchange.finished);
  wait_for(exchange);
  BOOST_TEST(told(exchange) == kept("e-1"));
}

BOOST_AUTO_TEST_SUITE_END()
