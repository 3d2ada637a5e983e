// Template: a selector that matches topics by more than the beginning of their names: a URI template of RFC
// 6570, or a text that stands for itself alone. TemplateSet: several of them. Values; copies share what was
// compiled. Usable from every thread.
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace worker::log {

class Template {
 public:
  enum class Kind {
    literal,       // matches the topic of this very name, whatever characters it has
    uri_template,  // RFC 6570; matches the topic of this very name, too
  };

  Kind kind() const;
  /// As it was asked for.
  const std::string& text() const;
  /// False for topics that are reserved. Takes time linear in the length of `topic`.
  bool matches(std::string_view topic) const;
  /// What every topic that matches begins with; perhaps empty.
  const std::string& beginning() const { return literals().front(); }
  /// Every topic that matches has all of these, in this order and without overlaps. At least one; some may be
  /// empty.
  const std::vector<std::string>& literals() const;
  /// About the memory that copies share, in bytes.
  std::size_t bytes() const;

  /// By kind and text.
  bool operator==(const Template& other) const { return (*this <=> other) == 0; }
  std::strong_ordering operator<=>(const Template& other) const;

 private:
  friend class TemplateCache;
  struct Compiled;
  explicit Template(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

/// Sorted, each once. Takes no memory while it is empty.
class TemplateSet {
 public:
  TemplateSet() = default;
  explicit TemplateSet(std::vector<Template> templates);

  bool empty() const { return !templates_; }
  const Template* begin() const { return templates_ ? templates_->data() : nullptr; }
  const Template* end() const { return templates_ ? templates_->data() + templates_->size() : nullptr; }
  std::size_t size() const { return templates_ ? templates_->size() : 0; }
  bool contains(const Template& each) const;
  /// One of them matches.
  bool matches(std::string_view topic) const;

  bool operator==(const TemplateSet& other) const { return (*this <=> other) == 0; }
  std::strong_ordering operator<=>(const TemplateSet& other) const;

 private:
  std::shared_ptr<const std::vector<Template>> templates_;  // null: none
};

}  // namespace worker::log
