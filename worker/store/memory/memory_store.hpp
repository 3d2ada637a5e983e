// MemoryStore: the log in this process is all there is, and is gone with it.
#pragma once

#include <string_view>

#include "log/log.hpp"
#include "store/store.hpp"

namespace worker::store {

class MemoryStore final : public Store {
 public:
  /// The log is ready when it returns.
  explicit MemoryStore(log::Log& log);
  /// The same; the log continues from the history that another process has packed (log/carried_history.hpp),
  /// unless that is none.
  MemoryStore(log::Log& log, std::string_view carried);

  /// Kept when it returns.
  void append(std::vector<log::Draft> drafts, Done done) override;
  bool outlives_process() const override { return false; }

 private:
  log::Log& log_;
};

}  // namespace worker::store
