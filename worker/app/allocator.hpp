// Allocator: gives freed memory back to the system. It works with jemalloc; with another allocator it does
// nothing.
#pragma once

namespace worker::app {

/// Gives back memory that has been free for ten seconds. jemalloc does this only when something is allocated,
/// so an idle worker would keep the memory of its busiest time. To be called about once a second, on any
/// thread; takes microseconds if there is nothing to give back.
void release_freed_memory();

}  // namespace worker::app
