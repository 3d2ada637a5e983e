// Allocator: how the process keeps and gives back memory. With jemalloc; with another allocator it does
// nothing.
#pragma once

namespace worker {

/// Gives memory back that has been free for ten seconds. jemalloc does that only while something is
/// allocated, so that an idle worker would keep what a crowd took. To be called about once a second, on any
/// thread; takes microseconds where nothing is to be given back.
void give_back_freed_memory();

}  // namespace worker
