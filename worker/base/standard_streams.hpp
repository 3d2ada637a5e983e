// StandardStreams: the descriptors 0, 1 and 2, as the parent process left them.
#pragma once

namespace worker::base {

/// True where the descriptor is closed or /dev/null: what is written to it is lost. spawn-fcgi without -n
/// leaves stdout and stderr like this.
bool is_discarded(int descriptor);

/// Opens /dev/null for each of 0, 1 and 2 that is closed. Without it the next file that is opened gets that
/// number, and the log is written into it. Call first of all.
void open_closed_standard_streams();

}  // namespace worker::base
