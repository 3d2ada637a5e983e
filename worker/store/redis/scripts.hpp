// The Lua scripts of this folder, each with epoch.lua before it and without its comments. The build makes the
// texts out of the .lua files (see scripts.cpp.in).
//
// A script is sent whole each time: Redis finds the compiled one by the hash of the text, which takes some
// microseconds. So a Redis that was restarted or replaced is no special case.
#pragma once

#include <string_view>

namespace worker::store::scripts {

extern const std::string_view open;
extern const std::string_view append;

}  // namespace worker::store::scripts
