#include "net/loop_thread.hpp"

#include <cstdio>
#include <cstdlib>

namespace worker::net {

const LoopThread& LoopThread::none() {
  static const LoopThread thread;
  return thread;
}

void LoopThread::fail() {
  std::fputs("sse-worker: bug: a loop was used from another thread than its own\n", stderr);
  std::abort();
}

}  // namespace worker::net
