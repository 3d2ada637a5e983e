// StreamedBody: the body of a publish stream, which becomes events as it comes. One class for each format.
// Owned by a PublishStream; loop thread only. Whatever is wrong in a body is told to the sink, and the body
// goes on behind it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "api/publish/draft_parser.hpp"
#include "api/publish/settings.hpp"
#include "api/publish/stream_parameters.hpp"
#include "base/byte_budget.hpp"

namespace worker::api {

/// Takes the events of a body, in their order.
class DraftSink {
 public:
  /// `name` and `number` are the place in the body, for a message: "line" 3.
  virtual void add(std::string_view name, std::size_t number, DraftResult draft) = 0;

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
    cut,  // in the middle of an event, which the sink was told
  };

  virtual ~StreamedBody() = default;
  virtual void take(std::string_view piece, DraftSink& sink) = 0;
  virtual End finish(DraftSink& sink) = 0;
  /// The beginning of an event has come, and not its end.
  virtual bool is_inside_event() const = 0;
};

/// What a body may take, and what its events lack. All of it is borrowed.
struct BodyContext {
  const PublishSettings& settings;
  const StreamParameters& parameters;
  BodyTools& tools;
  base::ByteBudget& unfinished;  // bytes that all bodies keep of events that are not complete
};

/// The body in the format of `context.parameters`.
std::unique_ptr<StreamedBody> streamed_body(const BodyContext& context);

/// The refusal of a line that LineSplitter skips; `alone`: the line itself is over `bytes_max`.
DraftError too_long_line(bool alone, std::size_t bytes_max);

}  // namespace worker::api
