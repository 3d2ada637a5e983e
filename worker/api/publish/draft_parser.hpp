// What a publisher sent, as a draft that cannot be wrong. Failures are one sentence that names the field.
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
  int status;  // 400, 413 where it is too large, 403 where its topic is not granted
  std::string detail;
  std::optional<metrics::Limit> limit;  // that was reached, where it is one
};
using DraftResult = base::Result<log::Draft, DraftError>;

/// application/x-www-form-urlencoded with the fields topic (repeatable), data, event, id, retry, key, close,
/// private.
DraftResult draft_from_form(std::string_view body, const PublishSettings& limits);

/// An event of `data` and, where they are not empty, `type` and `id`; what it lacks is in `defaults`.
DraftResult draft_from_text(std::string data, std::string type, std::string id, const PublishSettings& limits,
                            const EventDefaults& defaults);

/// A JSON object with the same fields; `topic` is a string or an array, `data` a string as it is, or anything
/// else as compact JSON with its numbers spelled as they came. Keeps its working memory from one event to the
/// next; one per thread.
class JsonDraftParser {
 public:
  JsonDraftParser();
  ~JsonDraftParser();

  /// `text` lies in a buffer in which so many more bytes can be read behind it, whatever they are. Fields
  /// that the object lacks are those of `defaults`; null for none.
  static const std::size_t padding;
  DraftResult parse(std::string_view text, const PublishSettings& limits,
                    const EventDefaults* defaults = nullptr);

 private:
  struct Parsers;
  const std::unique_ptr<Parsers> parsers_;
};

}  // namespace worker::api
