// A library for LD_PRELOAD: the wall clock of the program is WRONG_CLOCK_SECONDS ahead, or behind if that is
// negative. The drills run a worker with it. libfaketime cannot be used: it asks for memory before it is
// ready, and jemalloc asks for the time.
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace {

time_t seconds() {
  static const char* const text = std::getenv("WRONG_CLOCK_SECONDS");  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? 0 : std::atoll(text);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = ::syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += seconds();
  return static_cast<int>(result);
}

extern "C" int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  timespec precise{};
  const int result = clock_gettime(CLOCK_REALTIME, &precise);
  *time = {precise.tv_sec, precise.tv_nsec / 1000};
  return result;
}

extern "C" time_t time(time_t* into) noexcept {
  timespec precise{};
  clock_gettime(CLOCK_REALTIME, &precise);
  if (into != nullptr) *into = precise.tv_sec;
  return precise.tv_sec;
}
