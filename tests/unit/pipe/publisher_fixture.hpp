// PublisherFixture: a Publisher over connections that a test plays.
#pragma once

#include <sys/eventfd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "pipe/publisher.hpp"
#include "support/manual_clock.hpp"

namespace worker::pipe {

/// What the other end of a connection gets and says.
struct PlayedWorker {
  std::string got;
  std::string says;  // with the next turn
  std::optional<Ending> ending;
  bool is_open = true;
  bool is_finished = false;
  bool is_apart = false;
  bool is_gone = false;  // the publisher has left
};

class PlayedConnection final : public Connection {
 public:
  PlayedConnection(std::shared_ptr<PlayedWorker> worker, Unanswered& lines)
      : worker_(std::move(worker)), lines_(lines) {}
  ~PlayedConnection() override { worker_->is_gone = true; }

  void wait(std::span<pollfd> /*others*/, std::chrono::milliseconds /*timeout*/) override {
    const std::string unsent(lines_.unsent());
    lines_.mark_sent(unsent.size());
    worker_->got += unsent;
  }
  std::string take_received() override { return std::exchange(worker_->says, {}); }
  void finish() override { worker_->is_finished = true; }
  bool is_open() const override { return worker_->is_open; }
  std::optional<Ending> ending() const override { return worker_->ending; }

 private:
  std::shared_ptr<PlayedWorker> worker_;
  Unanswered& lines_;
};

struct PublisherFixture {
  static constexpr std::size_t bytes_max = 1'000;

  explicit PublisherFixture(std::string close_line = {}, bool long_lines_apart = true)
      : publisher(
            {.where = "here",
             .unit = "line",
             .bytes_max = bytes_max,
             .long_lines_apart = long_lines_apart,
             .close_line = std::move(close_line)},
            [this](Unanswered& lines, bool apart) {
              workers.push_back(std::make_shared<PlayedWorker>(next));
              worker().is_apart = apart;
              return std::make_unique<PlayedConnection>(workers.back(), lines);
            },
            clock, random, report) {}

  PlayedWorker& worker() { return *workers.back(); }
  // There is room for it.
  void add(std::uint64_t number, const std::string& line) { BOOST_REQUIRE(publisher.offer(number, line)); }
  void turn() { publisher.turn(waited); }
  void turn_after(std::chrono::milliseconds time) {
    clock.advance(time);
    turn();
  }
  // The worker says this, and the publisher hears it.
  void hear(const std::string& lines) {
    worker().says = lines;
    turn();
  }
  void end(Ending::Kind kind, const std::string& reason = "gone") {
    worker().ending = Ending{kind, reason};
    turn();
  }
  bool is(Publisher::State state) const { return publisher.state() == state; }

  support::ManualClock clock;
  base::Random random{7};
  std::vector<std::string> said;
  Report report{false, [this](const std::string& sentence) { said.push_back(sentence); }};
  PlayedWorker next;  // how the next connection begins
  std::vector<std::shared_ptr<PlayedWorker>> workers;
  // Ends each wait at once: no test waits for real time.
  base::UniqueFd ready{::eventfd(1, EFD_CLOEXEC)};
  std::array<pollfd, 1> waited = {pollfd{.fd = ready.get(), .events = POLLIN, .revents = 0}};
  Publisher publisher;
};

using Said = std::vector<std::string>;

inline void check(const Said& said, const Said& wanted) {
  BOOST_TEST(said == wanted, boost::test_tools::per_element());
}

/// An answer to an event.
inline constexpr auto stored = "{\"id\":\"x\"}\n";
/// Longer than any wait before the next attempt.
inline constexpr std::chrono::seconds long_enough{11};

}  // namespace worker::pipe
