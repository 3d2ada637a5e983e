// Drafts: what the parsers make of a form or of JSON, as text that a test compares.
#pragma once

#include <fmt/format.h>

#include <string>

#include "api/publish/draft_parser.hpp"

namespace worker::support {

using namespace worker::api;

inline const PublishSettings wide;

// A draft as text, or the status and the sentence.
inline std::string told(const DraftResult& result) {
  if (!result) return fmt::format("{} {}", result.error().status, result.error().detail);
  const auto& draft = result.value();
  std::string text;
  for (const auto& topic : draft.topics) text += "<" + topic + ">";
  text += " " + draft.event.data;
  if (!draft.event.type.empty()) text += " event=" + draft.event.type;
  if (!draft.event.id.empty()) text += " id=" + draft.event.id;
  if (draft.event.retry) text += fmt::format(" retry={}", draft.event.retry->count());
  if (!draft.key.empty()) text += " key=" + draft.key;
  if (draft.closes) text += " closes";
  if (draft.silent) text += " silent";
  if (draft.is_private) text += " private";
  return text;
}

inline std::string form(const std::string& body, const PublishSettings& limits = wide) {
  return told(draft_from_form(body, limits));
}
inline std::string json(const std::string& text, const PublishSettings& limits = wide) {
  static JsonDraftParser parser;
  const auto padded = text + std::string(JsonDraftParser::padding, '"');
  return told(parser.parse(std::string_view(padded).substr(0, text.size()), limits));
}
/// A JSON object with topic `a` and this besides.
inline std::string json_with(const std::string& members) { return json(R"({"topic":"a",)" + members + "}"); }

}  // namespace worker::support
