// selector-bench [SELECTORS]: what a publish costs beside many different selectors, in CPU time of one
// thread: from the append to the log to the flush to the subscribers. Everything is real but the sockets.
// Prints a line of JSON for each shape of selectors: nanoseconds per publish with one selector and with all,
// their ratio, and the same of the routes alone. Without templates, the first line is the routes' cost for a
// hub that has none.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hub/routes.hpp"
#include "hub/shard.hpp"
#include "support/event_log.hpp"
#include "support/manual_clock.hpp"

namespace {

using namespace worker;

// One event a flush: with more, one subscriber would get them together, and thousands would not.
constexpr int publishes = 5'000;
constexpr int rounds = 7;
constexpr int topics = 1'000;

double cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

struct Shape {
  std::string name;
  std::function<std::string(int)> selector;  // the n-th
  std::function<std::string(int)> topic;     // that only the n-th matches
};

class CountingSubscriber final : public hub::Subscriber {
 public:
  explicit CountingSubscriber(std::size_t& delivered) : delivered_(delivered) {}
  bool ready() const override { return true; }
  bool fully_read() const override { return true; }
  void deliver(const hub::Batch& batch) override { delivered_ += batch.entries.size(); }
  void heartbeat(const base::Bytes&) override {}
  void gap(log::GapReason, log::Sequence, log::Sequence) override {}
  void end() override {}

 private:
  std::size_t& delivered_;
};

class Bench {
 public:
  Bench(const Shape& shape, int selectors) : shape_(shape), selectors_(selectors) {
    log::TemplateCache cache(static_cast<std::size_t>(selectors));
    subscriptions_.reserve(static_cast<std::size_t>(selectors));
    for (int n = 0; n < selectors; ++n) {
      const auto text = shape.selector(n);
      const std::vector<log::TypedSelector> typed{{log::TypedSelector::Kind::uri_template, text}};
      subscriptions_.emplace_back(log::Selectors::parse(typed, 1'000, cache).value());
      subscribers_.push_back(std::make_unique<CountingSubscriber>(delivered_));
      shard_.subscribe(*subscribers_.back(), subscriptions_.back(), 0, 0);
      cohorts_.push_back(std::make_unique<hub::Cohort>(subscriptions_.back()));
      routes_.add(*cohorts_.back(), subscriptions_.back());
    }
    loop_.run_ready();
  }

  /// Nanoseconds of the quickest round.
  double publish() {
    double best = 1e18;
    for (int round = 0; round < rounds; ++round) {
      const auto before = delivered_;
      const auto begun = cpu_ns();
      int n = 0;
      for (int i = 0; i < publishes; ++i) {
        std::vector<log::Draft> drafts(1);
        drafts.front().topics = {topic(n++)};
        drafts.front().event.data = "0123456789";
        log_.append(std::move(drafts), [](const auto&) {});
        clock_.advance(std::chrono::milliseconds(1));
        loop_.run_ready();
      }
      best = std::min(best, (cpu_ns() - begun) / (publishes));
      if (delivered_ - before != publishes) {
        std::fprintf(stderr, "selector-bench: %s: %zu deliveries\n", shape_.name.c_str(),
                     delivered_ - before);
        std::exit(1);
      }
    }
    return best;
  }
  double route() {
    double best = 1e18;
    std::vector<std::string> names;
    for (int n = 0; n < topics; ++n) names.push_back(topic(n));
    for (int round = 0; round < rounds; ++round) {
      std::size_t visits = 0;
      const auto begun = cpu_ns();
      for (int turn = 0; turn < 20; ++turn) {
        for (const auto& name : names) routes_.each(name, [&](hub::Cohort&) { ++visits; });
      }
      best = std::min(best, (cpu_ns() - begun) / (20 * topics));
      if (visits != 20 * topics) std::exit(1);
    }
    return best;
  }

 private:
  // Spread over all selectors.
  std::string topic(int n) const {
    return shape_.topic(static_cast<int>(static_cast<long>(n % topics) * 7'919 % selectors_));
  }

  const Shape& shape_;
  const int selectors_;
  std::size_t delivered_ = 0;
  support::ManualClock clock_;
  net::Loop loop_{clock_};
  metrics::Registry registry_;
  hub::Metrics metrics_{registry_};
  // Neither heartbeats nor batches are measured.
  hub::Settings settings_{.heartbeat = std::chrono::hours(1'000), .flush_cost_per_stream = {}};
  support::MemoryLog log_{log::Settings(), "e", clock_};
  hub::Shard shard_{loop_, log_.log(), settings_, metrics_,
                    [](std::string_view payload) { return std::make_shared<const std::string>(payload); }};
  std::vector<log::Subscription> subscriptions_;
  std::vector<std::unique_ptr<CountingSubscriber>> subscribers_;
  std::vector<std::unique_ptr<hub::Cohort>> cohorts_;
  hub::Routes routes_;
};

}  // namespace

int main(int argc, char** argv) {
  int selectors = 10'000;
  if (argc == 2) std::from_chars(argv[1], argv[1] + std::char_traits<char>::length(argv[1]), selectors);
  if (argc > 2 || selectors < 1) {
    std::fputs("usage: selector-bench [SELECTORS]\n", stderr);
    return 2;
  }
  const Shape shapes[] = {
      {"names", [](int n) { return fmt::format("https://example.com/users/7/book/{}", n); },
       [](int n) { return fmt::format("https://example.com/users/7/book/{}", n); }},
      {"different beginnings", [](int n) { return fmt::format("https://example.com/{}/{{id}}", n); },
       [](int n) { return fmt::format("https://example.com/{}/7", n); }},
      {"one prefix", [](int n) { return fmt::format("https://example.com/users/{{id}}/book/{}", n); },
       [](int n) { return fmt::format("https://example.com/users/7/book/{}", n); }},
      {"one prefix, one end",
       [](int n) { return fmt::format("https://example.com/users/{{id}}/{}/{{page}}", n); },
       [](int n) { return fmt::format("https://example.com/users/7/{}/3", n); }},
      {"long common end", [](int n) { return fmt::format("/{}{{/id}}/comments/and/all/that/is/below", n); },
       [](int n) { return fmt::format("/{}/7/comments/and/all/that/is/below", n); }},
  };
  for (const auto& shape : shapes) {
    Bench one(shape, 1), all(shape, selectors);
    const auto publish_one = one.publish(), publish_all = all.publish();
    const auto route_one = one.route(), route_all = all.route();
    fmt::print(
        "{{\"shape\":\"{}\",\"selectors\":{},\"publish_ns\":[{:.0f},{:.0f}],\"ratio\":{:.2f},"
        "\"routes_ns\":[{:.0f},{:.0f}]}}\n",
        shape.name, selectors, publish_one, publish_all, publish_all / publish_one, route_one, route_all);
    std::fflush(stdout);
  }
}
