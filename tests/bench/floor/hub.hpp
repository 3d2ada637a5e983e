// Hub: who reads what. Readers with the same query form a cohort, and a cohort has one buffer of records for
// all of them; a flush sends it to each. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "record.hpp"

namespace sse::floor {

class Peer;

struct Cohort {
  std::vector<Peer*> peers;
  Records pending;
};

class Hub {
 public:
  /// The cohort of a query, `topic=a&topic=b`, which lives as long as the hub.
  Cohort& cohort(const std::string& query);

  /// Returns the event's id, until the next call.
  std::string_view publish(std::string_view topic, std::string_view data);

  bool has_pending() const noexcept { return !dirty_.empty(); }
  void flush();

 private:
  std::unordered_map<std::string, std::unique_ptr<Cohort>> cohorts_;  // by query
  std::unordered_map<std::string, std::vector<Cohort*>> topics_;
  std::vector<Cohort*> dirty_;
  std::uint64_t sequence_ = 0;
  std::string topic_;  // kept, so that looking up allocates nothing
  std::string id_;
  std::string frame_;
};

}  // namespace sse::floor
