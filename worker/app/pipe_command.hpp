// PipeCommand: `sse-worker pipe`, which is a program of its own.
#pragma once

namespace worker::app {

/// Becomes sse-worker-pipe, which is beside this program, with the arguments behind `pipe`. Returns the exit
/// status where it cannot, and then has printed why. `argv` are those of main(), with `pipe` as the first.
int pipe(char** argv);

}  // namespace worker::app
