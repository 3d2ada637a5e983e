// How every event stream begins: the same head, comment and reconnection delay, whoever fills it afterwards.
#pragma once

#include "api/stream/settings.hpp"
#include "base/random.hpp"
#include "http/exchange.hpp"

namespace worker::api {

/// text/event-stream, to be neither cached nor buffered on its way.
http::ResponseHead stream_head();

/// The first bytes of a stream: a comment, so that the reader's `open` fires at once, and a jittered
/// `retry:`.
std::string stream_opening(const StreamSettings& settings, base::Random& random);

}  // namespace worker::api
