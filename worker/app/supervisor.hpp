// Supervisor: what systemd gets to know of this worker (sd_notify(3)): that it serves, and a status line,
// which `systemctl status` shows and deploy/take-over reads. Owned by Process. Any thread. Without an
// address, as under spawn-fcgi, it does nothing; a message that cannot be sent is lost, and logged.
#pragma once

#include <string>
#include <string_view>

#include "base/logger.hpp"

namespace worker::app {

class Supervisor {
 public:
  /// `address`: a path, or a name of the kernel's that begins with @; empty for none.
  Supervisor(std::string address, base::Logger& logger) : address_(std::move(address)), logger_(logger) {}
  /// The address in the environment, which a takeover leaves as it is.
  static std::string inherited_address();

  /// The worker serves. A unit with Type=notify is started only then.
  void ready(std::string_view status) const;
  /// One line; others are cut off.
  void status(std::string_view status) const;

 private:
  void send(std::string_view message) const;

  const std::string address_;
  base::Logger& logger_;
};

}  // namespace worker::app
