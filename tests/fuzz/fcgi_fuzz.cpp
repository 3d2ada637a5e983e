// fcgi-fuzz SOCKET COUNT SEED [FIRST]: makes COUNT hostile connections to a FastCGI Unix socket, several at a
// time, and tells how they ended. Exits 0 when all were made; 1 when the socket stopped accepting, since then
// somebody has died; 2 when called wrongly. Connection n does the same in every run with the same seed: FIRST
// begins with a later one.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "connection.hpp"

namespace {

using fuzz::Clock;
using fuzz::Connection;
using fuzz::Outcome;

constexpr std::size_t in_flight_max = 128;
// Far above what a run takes, also under a sanitizer; a run that needs more has got stuck.
constexpr std::chrono::minutes run_max{10};
// A full backlog is a busy peer at first, and a stuck one after this.
constexpr std::chrono::seconds refusal_max{10};

struct Arguments {
  sockaddr_un address{};
  std::uint64_t count = 0;
  std::uint64_t seed = 0;
  std::uint64_t first = 0;
};

bool parse_number(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_arguments(int argc, char** argv, Arguments& out) {
  if (argc != 4 && argc != 5) return false;
  const std::string_view path = argv[1];
  if (path.size() >= sizeof out.address.sun_path) return false;
  out.address.sun_family = AF_UNIX;
  path.copy(out.address.sun_path, path.size());
  return parse_number(argv[2], out.count) && parse_number(argv[3], out.seed) &&
         (argc == 4 || parse_number(argv[4], out.first));
}

class Run {
 public:
  explicit Run(const Arguments& arguments) : arguments_(arguments) {}

  /// False when the peer cannot be reached any more, or time is up.
  bool finish() {
    while (made_ < arguments_.count || !connections_.empty()) {
      if (Clock::now() - started_ > run_max) return failed("the run takes too long");
      if (!fill()) return false;
      wait();
      step();
    }
    return true;
  }

  void report() const {
    const std::chrono::duration<double> took = Clock::now() - started_;
    std::printf(
        "fcgi-fuzz: %llu connections, seed %llu, %.1f s: %llu left, %llu answered, %llu closed by the peer, "
        "%llu forgotten by it\n",
        static_cast<unsigned long long>(made_), static_cast<unsigned long long>(arguments_.seed),
        took.count(), count(Outcome::left), count(Outcome::answered), count(Outcome::closed),
        count(Outcome::forgotten));
  }

 private:
  unsigned long long count(Outcome outcome) const { return outcomes_[static_cast<std::size_t>(outcome)]; }

  static bool failed(const char* why) {
    std::fprintf(stderr, "fcgi-fuzz: %s\n", why);
    return false;
  }

  bool fill() {
    while (made_ < arguments_.count && connections_.size() < in_flight_max) {
      const int fd = fuzz::open_connection(arguments_.address);
      if (fd < 0 && errno != EAGAIN) return failed(std::strerror(errno));
      if (fd < 0) return Clock::now() - accepted_ < refusal_max || failed("nobody accepts");
      accepted_ = Clock::now();
      connections_.push_back(
          std::make_unique<Connection>(fd, fuzz::make_script(arguments_.seed, arguments_.first + made_)));
      ++made_;
    }
    return true;
  }

  // Scripts end by the clock as well as by what the peer does, hence the short timeout.
  void wait() {
    polled_.clear();
    for (const auto& each : connections_) {
      const short events = each->wants_to_write() ? POLLIN | POLLOUT : POLLIN;
      polled_.push_back({each->descriptor(), events, 0});
    }
    ::poll(polled_.data(), polled_.size(), 1);
  }

  void step() {
    const auto now = Clock::now();
    std::erase_if(connections_, [&](const auto& each) {
      const Outcome outcome = each->step(now);
      ++outcomes_[static_cast<std::size_t>(outcome)];
      return outcome != Outcome::going_on;
    });
  }

  const Arguments arguments_;
  const Clock::time_point started_ = Clock::now();
  Clock::time_point accepted_ = started_;
  std::uint64_t made_ = 0;
  std::array<std::uint64_t, 5> outcomes_{};
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<pollfd> polled_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse_arguments(argc, argv, arguments)) {
    std::fprintf(stderr, "usage: fcgi-fuzz SOCKET COUNT SEED [FIRST]\n");
    return 2;
  }
  Run run(arguments);
  const bool done = run.finish();
  run.report();
  return done ? 0 : 1;
}
