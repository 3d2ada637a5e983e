#include "app/reactors.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "app/exit_status.hpp"
#include "base/run_threads.hpp"

namespace worker::app {

Reactors::Reactors(const config::Config& config, Services& services) {
  for (std::size_t i = 0; i < config.loops; ++i) reactors_.emplace_back(config, services);
}

int Reactors::run(base::Logger& logger) {
  std::vector<std::function<void()>> runs;
  for (auto& reactor : reactors_) runs.emplace_back([&reactor] { reactor.run(); });
  try {
    base::run_threads(runs, [this] { stop(); });
    return 0;
  } catch (const std::exception& error) {
    logger.critical("stopping after an internal error: error=\"{}\"", error.what());
    return exit_failure;
  }
}

void Reactors::update(const config::Config& config) {
  for (auto& reactor : reactors_) reactor.update(config);
}

void Reactors::drain(std::function<void()> none_accepts) {
  const auto accepting = std::make_shared<std::atomic<std::size_t>>(reactors_.size());
  const auto last = std::make_shared<std::function<void()>>(std::move(none_accepts));
  for (auto& reactor : reactors_) {
    reactor.drain([accepting, last] {
      if (--*accepting == 0) (*last)();
    });
  }
}

void Reactors::settle(const std::function<void()>& settled) {
  const auto left = std::make_shared<std::atomic<std::size_t>>(reactors_.size());
  for (auto& reactor : reactors_) {
    reactor.settle([left, settled] {
      if (--*left == 0) settled();
    });
  }
}

void Reactors::stop() {
  for (auto& reactor : reactors_) reactor.stop();
}

}  // namespace worker::app
