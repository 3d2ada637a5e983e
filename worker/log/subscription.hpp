// Subscription: what one reader asks for, and which private events it may read. A value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "log/entry.hpp"
#include "log/selectors.hpp"

namespace worker::log {

/// Comparable; equal subscriptions share a cohort. So that readers with equal rights are equal, a grant that
/// covers all that is asked for is kept as `*`.
class Subscription {
 public:
  /// Asks for nothing.
  Subscription() = default;
  /// The reader may read the private events of the topics in `granted`.
  explicit Subscription(Selectors asked, const Selectors& granted = {});

  bool matches(std::string_view topic) const { return asked_.matches(topic); }
  /// One of the topics of the entry matches, whether or not the reader may read it.
  bool matches(const Entry& entry) const { return asked_.matches(entry); }

  /// Of an entry that matches: it is public, or one of its topics is granted.
  bool may_read(const Entry& entry) const { return !entry.is_private() || may_read_private(entry); }
  /// Of a topic that matches: it is granted, so every event of it may be read.
  bool may_read_all(std::string_view topic) const;
  /// Something is granted.
  bool may_read_some() const { return !granted_.empty() || !granted_templates_.empty(); }

  const Selectors& asked() const { return asked_; }
  /// As in Selectors.
  const std::vector<std::string>& names() const { return asked_.names(); }
  const std::vector<std::string>& prefixes() const { return asked_.prefixes(); }
  const TemplateSet& templates() const { return asked_.templates(); }
  /// It asks for something that other topics than a few may match.
  bool selects_many() const { return !prefixes().empty() || !templates().empty(); }
  /// The names and patterns that are granted, one a line.
  const std::string& granted() const { return granted_; }
  const TemplateSet& granted_templates() const { return granted_templates_; }

  auto operator<=>(const Subscription&) const = default;

 private:
  bool may_read_private(const Entry& entry) const;

  Selectors asked_;
  // One text, because there may be as many grants as streams: a short one takes no memory of its own.
  std::string granted_;
  TemplateSet granted_templates_;
};

}  // namespace worker::log
