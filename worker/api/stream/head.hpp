// How every event stream begins: the head, a comment and the reconnection delay.
#pragma once

#include "api/stream/settings.hpp"
#include "base/random.hpp"
#include "http/exchange.hpp"

namespace worker::api {

/// text/event-stream that proxies neither cache nor buffer.
http::ResponseHead stream_head();

/// The first bytes of a stream: a comment, so that the `open` event of an EventSource fires at once, and a
/// jittered `retry:`.
std::string stream_opening(const StreamSettings& settings, base::Random& random);

}  // namespace worker::api
