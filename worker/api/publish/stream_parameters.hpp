// StreamParameters: what the address and the headers of a publish stream say: the format of its body, what
// its events have in common, and how it ends. A value, parsed once; the functions are pure, from every
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/publish/draft_builder.hpp"
#include "api/publish/settings.hpp"
#include "base/result.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::api {

struct StreamParameters {
  enum class Format : std::uint8_t {
    ndjson,
    event_stream,
    text_lines,
    text_chunks,
    guessed,  // one of the first three, by the first bytes of the body
  };
  enum class Ids : std::uint8_t {
    keep,    // the publisher's ids as they come
    unique,  // with `id_prefix` before them
    none,    // the worker makes all ids
  };
  enum class Answers : std::uint8_t {
    automatic,  // for NDJSON: all, unless the publisher sends without a pause; else errors
    all,        // a line for each event, at once
    errors,     // a line for each event that is not stored, and a summary, both at the end
  };

  Format format = Format::ndjson;
  Ids ids = Ids::keep;
  Answers answers = Answers::automatic;
  /// The topics of `defaults` are closed when the body ends well.
  bool close_topics = false;
  /// The fields of an event that does not have them itself.
  EventDefaults defaults{};
  /// A random text; null if `ids` needs none.
  std::shared_ptr<const std::string> id_prefix{};
  /// The type of the event that tells subscribers that the publisher has left without an end; null for none.
  std::shared_ptr<const std::string> abort_type{};
  /// The name of its writer. Among the streams of a topic that have one, only the latest may publish; null
  /// for none.
  std::shared_ptr<const std::string> writer{};

  /// The id that an event of text/event-stream gets; empty if the worker makes it.
  std::string id_of(std::string id) const;
};

/// The parameters in `request`, whose body has not come. Without a Content-Type, as from `curl -T`, the
/// format is guessed. Otherwise the refusal: 400, or 415 for a body that cannot be streamed.
base::Result<StreamParameters, http::Response> stream_parameters(const http::Request& request,
                                                                 const PublishSettings& settings);

/// The parameters among `members`, without a format: of a stream that is not HTTP. Otherwise what is wrong.
base::Result<StreamParameters, std::string> stream_parameters(const http::Query& members,
                                                              const PublishSettings& settings);

}  // namespace worker::api
