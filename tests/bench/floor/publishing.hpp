// publish: the body of POST /publish, one JSON object a line, into the hub. It looks for the two fields where
// the load client puts them, and refuses what has an escape in it: the least that can be called reading JSON.
#pragma once

#include <string>
#include <string_view>

namespace sse::floor {

class Hub;

/// Returns the answer, a line for each event.
std::string publish(std::string_view body, Hub& hub);

}  // namespace sse::floor
