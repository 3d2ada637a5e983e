// Template: a selector that matches topics by more than the beginning of their names: a URI template of RFC
// 6570, or a text that stands for itself alone. TemplateSet: several of them. Values; copies share what was
// compiled. Usable from every thread.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/topic_url.hpp"

namespace worker::log {

class Template {
 public:
  enum class Kind {
    literal,       // matches the topic of this very name, whatever characters it has
    uri_template,  // RFC 6570; matches the topic of this very name, too
    url_pattern,   // matches topics as URLs; those that are none do not match
  };

  Kind kind() const;
  /// As it was asked for.
  const std::string& text() const;
  /// False for topics that are reserved. Takes time linear in the length of `topic`.
  bool matches(std::string_view topic) const;
  /// Of a URL pattern: `topic` as the URL that it is compared as; none if it is no URL.
  std::optional<TopicUrl> url_of(std::string_view topic) const;
  /// Of a URL pattern, and of a topic that is not reserved.
  bool matches(const TopicUrl& url) const;
  /// What every topic that matches begins with; perhaps empty.
  std::string_view beginning() const;
  /// Every topic that matches has all of these, in this order and without overlaps, the first at its
  /// beginning and the last at its end; of a URL pattern: the text of its URL. At least one; some may be
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

/// Sorted, each once. Takes no memory while it is empty, and a pointer wherever it is held.
class TemplateSet {
 public:
  TemplateSet() = default;
  explicit TemplateSet(std::vector<Template> templates);

  bool empty() const { return !list_; }
  const Template* begin() const { return list_ ? list_->templates.data() : nullptr; }
  const Template* end() const { return begin() + size(); }
  std::size_t size() const { return list_ ? list_->templates.size() : 0; }
  bool contains(const Template& each) const;
  /// One of them matches.
  bool matches(std::string_view topic) const;

  bool operator==(const TemplateSet& other) const { return (*this <=> other) == 0; }
  std::strong_ordering operator<=>(const TemplateSet& other) const;

 private:
  // At least one.
  struct List : boost::intrusive_ref_counter<List> {
    std::vector<Template> templates;
  };

  boost::intrusive_ptr<const List> list_;
};

}  // namespace worker::log
