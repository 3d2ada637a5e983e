#include "base/standard_streams.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <initializer_list>

namespace worker::base {
namespace {

constexpr const char* nowhere = "/dev/null";

bool is_closed(int descriptor) { return ::fcntl(descriptor, F_GETFD) < 0; }

}  // namespace

bool is_discarded(int descriptor) {
  struct stat here {};
  struct stat null {};
  if (::fstat(descriptor, &here) != 0) return true;
  return ::stat(nowhere, &null) == 0 && S_ISCHR(here.st_mode) && here.st_rdev == null.st_rdev;
}

// open() returns the lowest free number: that is the closed descriptor, because those below it are open.
void open_closed_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (is_closed(descriptor) && ::open(nowhere, O_RDWR) != descriptor) return;
  }
}

}  // namespace worker::base
