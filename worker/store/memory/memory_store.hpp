// MemoryStore: the log in this process is all there is, and is gone with it.
#pragma once

#include "log/log.hpp"
#include "store/store.hpp"

namespace worker::store {

class MemoryStore final : public Store {
 public:
  /// The log is ready when it returns.
  explicit MemoryStore(log::Log& log);

  /// Kept when it returns.
  void append(std::vector<log::Draft> drafts, Done done) override;

 private:
  log::Log& log_;
};

}  // namespace worker::store
