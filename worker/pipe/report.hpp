// Report: what the operator is told, and what is counted for the summary at the end. Owned by the Pipe; one
// thread. Writes go to a function, so that tests read them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace worker::pipe {

class Report {
 public:
  struct Counts {
    std::uint64_t published = 0;
    std::uint64_t refused = 0;  // by the worker, or skipped because they are too long
    std::uint64_t reconnects = 0;
  };

  /// `quiet` leaves notes out. `print` gets one sentence at a time.
  Report(bool quiet, std::function<void(const std::string&)> print)
      : quiet_(quiet), print_(std::move(print)) {}

  /// Something that is lost, or ends the program.
  void error(const std::string& sentence) { print_(sentence); }
  /// Something that the program copes with.
  void note(const std::string& sentence) {
    if (!quiet_) print_(sentence);
  }

  Counts counts;

 private:
  const bool quiet_;
  const std::function<void(const std::string&)> print_;
};

}  // namespace worker::pipe
