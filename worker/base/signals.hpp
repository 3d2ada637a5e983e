// Signals of a thread.
#pragma once

#include <pthread.h>

#include <csignal>

namespace worker::base {

/// From now on the calling thread gets none: they go to another one, or wait. Children of the thread begin
/// so.
inline void block_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

/// From now on the calling thread gets all of them.
inline void unblock_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_UNBLOCK, &all, nullptr);
}

}  // namespace worker::base
