// Drafts, subscriptions and slices in few words: topics and selectors are written as one text, parted by
// spaces.
#pragma once

#include <fmt/format.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "log/read.hpp"
#include "log/subscription.hpp"
#include "store/store.hpp"

namespace worker::support {

inline std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

inline log::Draft draft(const std::string& topics, std::string data = {}) {
  return {.topics = words(topics), .event = {.data = std::move(data)}};
}

inline log::Draft draft_with_id(const std::string& topics, std::string id, std::string data = {}) {
  return {.topics = words(topics), .event = {.data = std::move(data), .id = std::move(id)}};
}

inline log::Draft draft_with_key(const std::string& topics, std::string key, std::string data = {}) {
  return {.topics = words(topics), .event = {.data = std::move(data)}, .key = std::move(key)};
}

inline log::Draft closing(const std::string& topics, std::string data = {}) {
  return {.topics = words(topics), .event = {.data = std::move(data)}, .closes = true};
}

/// For readers to whom one of the topics is granted.
inline log::Draft privately(log::Draft draft) {
  draft.is_private = true;
  return draft;
}

/// Those with a `{` are URI templates.
inline log::Selectors selectors(const std::string& text) {
  static log::TemplateCache cache;
  const auto all = words(text);
  std::vector<log::TypedSelector> typed;
  for (const auto& word : all) {
    const bool is_template = word.find('{') != std::string::npos;
    typed.push_back(
        {is_template ? log::TypedSelector::Kind::uri_template : log::TypedSelector::Kind::pattern, word});
  }
  return log::Selectors::parse(typed, 1'024, cache).value();
}

inline log::Subscription select(const std::string& asked, const std::string& granted = {}) {
  return log::Subscription(selectors(asked), selectors(granted));
}

/// The places of the entries: `1 2 5`.
inline std::string places(const std::vector<log::EntryPtr>& entries) {
  std::string text;
  for (const auto& entry : entries) text += fmt::format("{}{}", text.empty() ? "" : " ", entry->sequence());
  return text;
}

/// `1 2 5 through 7 evicted 0`
inline std::string told(const log::Slice& slice) {
  return fmt::format("{}{}through {} evicted {}", places(slice.entries), slice.entries.empty() ? "" : " ",
                     slice.through, slice.evicted_through);
}

/// `after 3`, `after 3 gap evicted`, `after 3 complete`
inline std::string told(const log::ResumePoint& resumption) {
  return fmt::format("after {}{}{}", resumption.after,
                     resumption.gap ? fmt::format(" gap {}", name_of(*resumption.gap)) : std::string(),
                     resumption.ended ? " complete" : "");
}

inline std::string told(const store::Kept& kept) {
  if (kept) return kept.value();
  if (kept.error() == store::Rejection::unavailable) return "unavailable";
  if (kept.error() == store::Rejection::full) return "full";
  if (kept.error() == store::Rejection::outcome_unknown) return "unconfirmed";
  if (kept.error() == store::Rejection::conflict) return "conflict";
  return kept.error() == store::Rejection::closed ? "closed" : "reserved";
}

}  // namespace worker::support
