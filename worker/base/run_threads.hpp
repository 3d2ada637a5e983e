// run_together(): runs several loops that end together, whichever of them fails.
#pragma once

#include <functional>
#include <vector>

namespace worker::base {

/// Runs the first on the calling thread and each of the others on a thread of its own, until all have
/// returned. Where one throws, `stop_all` is called, on the thread of that one, so that the others return;
/// then the first exception is thrown again from here. `stop_all` must be safe to call from every thread, and
/// more than once. Without it a process that lost one loop would wait for the others for ever, while the
/// streams of the lost loop get nothing.
void run_threads(const std::vector<std::function<void()>>& runs, const std::function<void()>& stop_all);

}  // namespace worker::base
