// TemplateCache: parses and compiles templates. Equal ones that are in use at the same time are compiled
// once, for all loops. There is one in a worker. Templates may outlive it. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "log/template.hpp"
#include "log/topic_url.hpp"
#include "log/uri_template.hpp"
#include "log/url_pattern.hpp"

namespace re2 {
class RE2;
}

namespace worker::log {

/// Why a selector was refused.
struct SelectorRefusal {
  std::string sentence;
  /// The selector is right, but there is no room for it now.
  bool full = false;
};

class TemplateCache {
 public:
  /// Different templates that may be in use at the same time, by default.
  static constexpr std::size_t default_templates_max = 10'000;

  /// `base`: what relative URL patterns and relative topics are resolved against, an absolute URL with a
  /// host. Throws std::invalid_argument where it is none.
  explicit TemplateCache(std::size_t templates_max = default_templates_max,
                         std::string_view base = unknown_address);

  /// `text` is valid UTF-8 without control characters. Fails if it is no template of that kind, or if there
  /// are too many different ones.
  base::Result<Template, SelectorRefusal> parse(Template::Kind kind, std::string_view text);
  /// Different templates that are in use.
  std::size_t size() const { return *in_use_; }
  /// Those that are in use stay, also where they are more.
  void set_limit(std::size_t templates_max) { templates_max_ = templates_max; }

 private:
  using Expressions = std::unordered_map<std::string, std::weak_ptr<const re2::RE2>>;
  using Templates = std::unordered_map<std::string, std::weak_ptr<const Template::Compiled>>;

  std::shared_ptr<const re2::RE2> compile(const std::string& expression);
  bool compile_literals_and_expressions(Template::Compiled& compiled, PatternParts&& parts);
  bool compile_components(Template::Compiled& compiled, const UrlPatternParts& parts);

  std::atomic<std::size_t> templates_max_;
  const std::shared_ptr<const TopicUrl> base_;
  const std::shared_ptr<std::atomic<std::size_t>> in_use_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::mutex mutex_;
  Templates templates_;  // by kind and text
  Expressions expressions_;
};

}  // namespace worker::log
