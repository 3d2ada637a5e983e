// eventually: waits until another thread or process has made a condition true.
#pragma once

#include <chrono>
#include <thread>

namespace worker::support {

/// Looks every 5 milliseconds until `condition` holds; false where it does not hold within `patience`. It
/// looks once more at the end, so that a machine that was busy for all that time does not make a test fail. A
/// passing test does not wait that long: the patience is generous.
template <class Condition>
bool eventually(const Condition& condition, std::chrono::milliseconds patience = std::chrono::seconds(30)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace worker::support
