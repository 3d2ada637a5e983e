// sse-worker-pipe: composition only. Reads the command line, and makes the way on which the standard input is
// published. `sse-worker pipe` runs it.
#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <random>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/standard_streams.hpp"
#include "base/unique_fd.hpp"
#include "client/address.hpp"
#include "client/http_library.hpp"
#include "client/key_file.hpp"
#include "pipe/http_connection.hpp"
#include "pipe/options.hpp"
#include "pipe/pipe.hpp"
#include "pipe/socket_connection.hpp"

namespace {

using namespace worker;

void print(const std::string& sentence) { fmt::print(stderr, "sse-worker pipe: {}\n", sentence); }

// Threads that libcurl starts to look names up begin with the same mask.
base::UniqueFd ending_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return base::UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

pipe::Pipe::Way socket_way(const pipe::Options& options) {
  return {options.socket, pipe::SocketConnection::unanswered_bytes_max, false,
          [&options](auto& lines, bool /*apart*/) {
            return std::make_unique<pipe::SocketConnection>(options, lines);
          }};
}

pipe::Pipe::Way http_way(const pipe::Options& options, std::string key, const base::Clock& clock) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): start-up, one thread
  const char* const trust_file = std::getenv("SSL_CERT_FILE");
  pipe::HttpTarget target{.url = client::with_parameters(options.url, stream_parameters(options)),
                          .key = std::move(key),
                          .trust_file = trust_file == nullptr ? "" : trust_file};
  return {options.url, pipe::HttpConnection::unanswered_bytes_max, true,
          [target = std::move(target), &clock](auto& lines, bool apart) {
            return std::make_unique<pipe::HttpConnection>(target, apart, lines, clock);
          }};
}

int run(const pipe::Options& options) {
  std::string key;
  if (!options.key_file.empty()) {
    auto read = client::read_key_file(options.key_file);
    if (!read) print(read.error());
    if (!read) return pipe::exit_mistake;
    key = std::move(read).value().text;
  }
  const auto signals = ending_signals();
  const client::HttpLibrary library;
  const base::SystemClock clock;
  base::Random random(std::random_device{}());
  pipe::Report report(options.quiet, print);
  auto way = options.url.empty() ? socket_way(options) : http_way(options, std::move(key), clock);
  pipe::Pipe pipe(options, std::move(way), STDIN_FILENO, signals.get(), clock, random, report);
  return pipe.run();
}

}  // namespace

int main(int argc, char** argv) try {
  base::open_closed_standard_streams();
  const auto parsed = pipe::parse_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  return run(std::get<pipe::Options>(parsed));
} catch (const std::exception& error) {
  print(error.what());
  return pipe::exit_refused;
}
