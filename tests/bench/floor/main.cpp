// sse-floor: the least a worker behind nginx could be, to measure the real one against: it serves /events,
// /publish and /healthz on descriptor 0, checks nothing, keeps nothing, and shares no code with the worker.
// It takes the worker's place in deploy/local/run, and so its command line: `check` has nothing to check.
#include <fcntl.h>

#include <exception>
#include <iostream>
#include <string_view>

#include "server.hpp"

namespace {

constexpr auto flush_interval = std::chrono::milliseconds(20);
constexpr int listener = 0;

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && argv[1] == std::string_view("check")) return 0;
  try {
    fcntl(listener, F_SETFL, O_NONBLOCK);
    sse::floor::Server(listener, flush_interval).run();
  } catch (const std::exception& error) {
    std::cerr << "sse-floor: " << error.what() << '\n';
    return 1;
  }
}
