// Protocol: how readers get their events. Each has a decoder that turns the body of an answer into Frames, so
// that the same checks hold for all.
#pragma once

namespace sse::bench {

enum class Protocol {
  /// text/event-stream: FrameDecoder.
  sse,
  /// RFC 6455, a text message is one event's data: MessageDecoder.
  websocket,
  /// GET after GET over a kept connection, each with the cursor of the last answer: PollDecoder.
  longpoll
};

/// How several topics stand in a query.
enum class TopicsAs {
  /// topic=a&topic=b
  repeated,
  /// topic=a,b
  joined
};

}  // namespace sse::bench
