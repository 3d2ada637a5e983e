// StreamedBody: the body of a publish stream, which becomes events as it comes. There is one class for each
// format. Owned by a PublishStream; loop thread only. An event that is wrong goes to the sink as an error,
// and the body continues with the next one. Nothing throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/publish/draft_parser.hpp"
#include "api/publish/settings.hpp"
#include "api/publish/stream_parameters.hpp"
#include "base/byte_budget.hpp"

namespace worker::api {

/// What becomes an event: a line, a frame of text/event-stream, or a piece of text.
enum class BodyPart : std::uint8_t { line, frame, piece };
std::string_view name_of(BodyPart kind);

/// Takes the events of a body, in their order.
class DraftSink {
 public:
  /// `kind` and `number` say where it is in the body, for a message: "line 3".
  virtual void add(BodyPart kind, std::size_t number, DraftResult draft) = 0;

 protected:
  ~DraftSink() = default;
};

/// What the bodies of one loop share. The text holds nothing between two calls.
struct BodyTools {
  JsonDraftParser json{};
  std::string padded{};  // one line
};

class StreamedBody {
 public:
  /// How a body that is complete has ended.
  enum class End {
    well,
    cut,  // in the middle of an event, for which the sink got an error
  };

  virtual ~StreamedBody() = default;
  /// The next bytes.
  virtual void take(std::string_view piece, DraftSink& sink) = 0;
  /// The body is complete. The last call.
  virtual End finish(DraftSink& sink) = 0;
  /// The beginning of an event has come, and not its end.
  virtual bool is_inside_event() const = 0;
};

/// The bounds of a body, and what its events have in common. All of it is borrowed.
struct BodyContext {
  const PublishSettings& settings;
  const StreamParameters& parameters;
  BodyTools& tools;
  base::ByteBudget& unfinished;  // bounds the bytes that all bodies keep of incomplete events
};

/// The body in the format of `context.parameters`.
std::unique_ptr<StreamedBody> streamed_body(const BodyContext& context);

/// The refusal of a line that LineSplitter skips; `alone`: the line itself is over `bytes_max`.
DraftError too_long_line(bool alone, std::size_t bytes_max);

}  // namespace worker::api
