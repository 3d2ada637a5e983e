// ProgramCommand: the commands that are programs of their own: pipe, probe, top.
#pragma once

namespace worker::app {

/// Becomes the program of the command, such as sse-worker-pipe, which is beside this one, with the arguments
/// behind it. Returns the exit status where it cannot, and then has printed why. `argv` are those of main(),
/// with the command as the first.
int run_program(char** argv);

}  // namespace worker::app
