// Reload: SIGHUP. Reads the configuration again and hands the reactors what may change without dropping a
// stream.
#pragma once

#include <string>

#include "app/reactors.hpp"
#include "app/services.hpp"

namespace worker::app {

/// Thread of the signals only.
class Reload {
 public:
  /// `file` empty: there is nothing to read again.
  Reload(std::string file, const config::Config& running, Reactors& reactors, Services& services);

  /// A file with a mistake changes nothing; the log says which. So it does for keys that need a restart.
  void operator()();

 private:
  const std::string file_;
  config::Config running_;
  Reactors& reactors_;
  Services& services_;
};

}  // namespace worker::app
