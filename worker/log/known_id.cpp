#include "log/known_id.hpp"

namespace worker::log {

bool is_known_id(Log& log, const std::string& id) {
  const std::lock_guard lock(log.mutex());
  const auto& history = log.history();
  return history.epochs().is_current(id) || history.find_retained(id) ||
         history.publisher_ids().find_past(id);
}

}  // namespace worker::log
