// sse-worker-probe: composition only. Reads the command line and its files, asks, judges and prints.
// `sse-worker probe` runs it.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <random>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "base/standard_streams.hpp"
#include "client/http_library.hpp"
#include "client/key_file.hpp"
#include "probe/header_file.hpp"
#include "probe/judge.hpp"
#include "probe/options.hpp"
#include "probe/probe.hpp"
#include "probe/report.hpp"

namespace {

using namespace worker;

constexpr int exit_wrong = 1;
constexpr int exit_mistake = 2;

int mistake(const std::string& sentence) {
  fmt::print(stderr, "sse-worker probe: {}\n", sentence);
  return exit_mistake;
}

std::string random_mark() {
  std::random_device random;
  return fmt::format("sse-worker-probe/{:08x}{:08x}", random(), random());
}

int run_probe(const probe::Options& options) {
  probe::Secrets secrets;
  if (!options.key_file.empty()) {
    auto key = client::read_key_file(options.key_file);
    if (!key) return mistake(key.error());
    secrets.key = std::move(key).value().text;
  }
  if (!options.header_file.empty()) {
    auto headers = probe::read_header_file(options.header_file);
    if (!headers) return mistake(headers.error());
    secrets.headers = std::move(headers).value();
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): start-up, one thread
  if (const char* const file = std::getenv("SSL_CERT_FILE")) secrets.trust_file = file;
  std::signal(SIGPIPE, SIG_IGN);
  const client::HttpLibrary library;
  const base::SystemClock clock;
  const auto begun = clock.now();
  const auto seen = probe::Probe(options, secrets, random_mark(), clock).run();
  const auto rows = probe::judge(seen);
  fmt::print("{}", options.as_json
                       ? probe::json(options.url, seen.url, rows, probe::milliseconds(clock.now() - begun))
                       : probe::table(options.url, rows));
  return rows.any_wrong() ? exit_wrong : 0;
}

}  // namespace

int main(int argc, char** argv) try {
  base::open_closed_standard_streams();
  const auto parsed = probe::parse_command_line(argc, argv);
  if (const auto* status = std::get_if<int>(&parsed)) return *status;
  return run_probe(std::get<probe::Options>(parsed));
} catch (const std::exception& error) {
  return mistake(error.what());
}
