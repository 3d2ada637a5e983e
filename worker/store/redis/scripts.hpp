// The Lua scripts of this folder, each with epoch.lua before it and without its comments. The build makes the
// texts out of the .lua files (see scripts.cpp.in).
//
// A script is sent whole at first, and then by the hash of its text, by which Redis finds the compiled one. A
// Redis that was restarted or replaced does not know it, and gets the whole one again (see RedisWriter).
#pragma once

#include <string_view>

namespace worker::store::scripts {

extern const std::string_view open;
extern const std::string_view append;
extern const std::string_view append_sha1;

}  // namespace worker::store::scripts
