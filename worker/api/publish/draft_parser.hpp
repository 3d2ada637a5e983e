// What a publisher sent, as a draft that cannot be wrong. Failures are one sentence that names the field. The
// functions are pure; from every thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/publish/draft_builder.hpp"
#include "api/publish/settings.hpp"
#include "base/result.hpp"
#include "log/entry.hpp"
#include "metrics/limits.hpp"

namespace worker::api {

struct DraftError {
  int status;  // 400; 413 if it is too large; 403 if its topic is not granted; 503 if it may be sent again
               // later
  std::string detail;
  std::optional<metrics::Limit> limit;  // that was reached, if one was
};
using DraftResult = base::Result<log::Draft, DraftError>;

/// application/x-www-form-urlencoded with the fields topic (repeatable), data, event, id, retry, key, close,
/// private.
DraftResult draft_from_form(std::string_view body, const PublishSettings& limits);

/// An event of `data` and, if they are not empty, `type` and `id`. `defaults` has the other fields.
DraftResult draft_from_text(std::string data, std::string type, std::string id, const PublishSettings& limits,
                            const EventDefaults& defaults);

/// A JSON object with the same fields; `topic` is a string or an array, `data` a string as it is, or anything
/// else as compact JSON with its numbers spelled as they came. It keeps its working memory from one event to
/// the next; each thread has its own parser.
class JsonDraftParser {
 public:
  JsonDraftParser();
  ~JsonDraftParser();

  /// How many bytes, whatever they are, must be readable behind the text for parse().
  static const std::size_t padding;
  /// `defaults` has the fields that the object lacks; null for none.
  DraftResult parse(std::string_view text, const PublishSettings& limits,
                    const EventDefaults* defaults = nullptr);

 private:
  struct Parsers;
  const std::unique_ptr<Parsers> parsers_;
};

}  // namespace worker::api
