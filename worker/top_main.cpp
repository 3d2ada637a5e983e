// sse-worker-top: composition only. Reads the command line and the key, and shows the figures.
// `sse-worker top` runs it.
#include <fmt/format.h>
#include <sys/signalfd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.hpp"
#include "base/standard_streams.hpp"
#include "base/unique_fd.hpp"
#include "client/http_library.hpp"
#include "client/key_file.hpp"
#include "top/options.hpp"
#include "top/top.hpp"

namespace {

using namespace worker;

int fail(const std::string& sentence, int status) {
  fmt::print(stderr, "sse-worker top: {}\n", sentence);
  return status;
}

// Threads that libcurl starts to look names up begin with the same mask.
base::UniqueFd signals_to_hear() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP})
    ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return base::UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

int run_top(const top::Options& options) {
  std::string key;
  if (!options.key_file.empty()) {
    auto read = client::read_key_file(options.key_file);
    if (!read) return fail(read.error(), top::exit_mistake);
    key = std::move(read).value().text;
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): start-up, one thread
  const char* const trust_file = std::getenv("SSL_CERT_FILE");
  const auto signals = signals_to_hear();
  const client::HttpLibrary library;
  const base::SystemClock clock;
  return top::Top(options, std::move(key), trust_file == nullptr ? "" : trust_file, signals.get(), clock)
      .run();
}

}  // namespace

int main(int argc, char** argv) try {
  base::open_closed_standard_streams();
  const auto parsed = top::parse_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  return run_top(std::get<top::Options>(parsed));
} catch (const std::exception& error) {
  return fail(error.what(), top::exit_refused);
}
