// sse-load: opens many event streams and prints what it saw as one JSON document. Exit code 0: measured,
// whatever the figures say; 1: could not measure; 2: bad usage.
#include <fmt/format.h>
#include <sys/resource.h>

#include <exception>
#include <stdexcept>

#include "load.hpp"
#include "options.hpp"

namespace {

// One descriptor per stream: the soft limit is often 1,024 where the hard one allows far more.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    int exit_code = 0;
    const auto options = sse::bench::parse_options(argc, argv, exit_code);
    if (!options) return exit_code;
    raise_descriptor_limit();
    sse::bench::Load load(*options);
    load.run();
    fmt::print("{}\n", load.report().dump(2));
    return 0;
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "sse-load: {}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "sse-load: {}\n", error.what());
    return 1;
  }
}
