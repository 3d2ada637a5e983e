#include "log/url_pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/printable.hpp"
#include "log/url_host.hpp"
#include "log/url_pattern_tokens.hpp"

namespace worker::log {
namespace {

constexpr std::string_view wildcard = ".*";

// --- the text of each component ---

using Components = std::array<std::optional<std::string>, url_components>;
std::optional<std::string>& of(Components& components, UrlComponent which) {
  return components[static_cast<std::size_t>(which)];
}

class UrlPatternSplitter {
 public:
  UrlPatternSplitter(std::string_view text, const std::vector<UrlPatternToken>& tokens)
      : text_(text), tokens_(tokens) {}

  // Those that are not named are none.
  Components split() {
    Components components;
    const auto protocol_end = find(
        0, [&](std::size_t i) { return is(i, ':'); }, "/?#");
    std::size_t at = 0;
    if (protocol_end) {
      of(components, UrlComponent::protocol) = between(0, *protocol_end);
      at = *protocol_end + 1;
      const bool slashes = is(at, '/') && is(at + 1, '/');
      if (slashes || may_be_special(*of(components, UrlComponent::protocol))) {
        while (slashes && is(at, '/') && at < *protocol_end + 3) ++at;
        at = authority(components, at);
      }
    }
    const auto end = tokens_.size() - 1;
    const auto hash = find(at, [&](std::size_t i) { return is(i, '#'); }).value_or(end);
    const auto search = find(at, [&](std::size_t i) { return i < hash && is_search(i); }).value_or(hash);
    if (search > at) of(components, UrlComponent::pathname) = between(at, search);
    if (search < hash) of(components, UrlComponent::search) = between(search + 1, hash);
    if (hash < end) of(components, UrlComponent::hash) = between(hash + 1, end);
    // What comes before a component that is named is empty, what comes behind it is anything.
    if (of(components, UrlComponent::hash) && !of(components, UrlComponent::search) &&
        (protocol_end || of(components, UrlComponent::pathname)))
      of(components, UrlComponent::search) = "";
    if (protocol_end && !of(components, UrlComponent::pathname) &&
        (of(components, UrlComponent::search) || of(components, UrlComponent::hash))) {
      of(components, UrlComponent::pathname) =
          may_be_special(*of(components, UrlComponent::protocol)) ? "/" : "";
    }
    return components;
  }

  // Of a pattern for the protocol: one of the special ones may match.
  static bool may_be_special(std::string_view protocol) {
    return is_special_protocol(protocol) || protocol.find_first_of("*:({") != std::string_view::npos;
  }

 private:
  // As the standard has it, also where it is escaped.
  bool is(std::size_t i, char c) const {
    using Type = UrlPatternToken::Type;
    return i < tokens_.size() && (tokens_[i].type == Type::character || tokens_[i].type == Type::escaped) &&
           tokens_[i].value.front() == c;
  }
  // A question mark that is no modifier.
  bool is_search(std::size_t i) const {
    using Type = UrlPatternToken::Type;
    if (is(i, '?')) return true;
    if (tokens_[i].type != Type::modifier || tokens_[i].value != "?") return false;
    if (i == 0) return true;
    const auto before = tokens_[i - 1].type;
    return before != Type::name && before != Type::expression && before != Type::close &&
           before != Type::asterisk;
  }
  // The first token from `from` on, outside of braces, for which `found` is true; none if one of `before`
  // comes first.
  template <class Found>
  std::optional<std::size_t> find(std::size_t from, const Found& found, std::string_view before = {}) const {
    std::size_t depth = 0;
    for (auto i = from; i + 1 < tokens_.size(); ++i) {
      if (tokens_[i].type == UrlPatternToken::Type::open) ++depth;
      if (tokens_[i].type == UrlPatternToken::Type::close && depth > 0) --depth;
      if (depth > 0) continue;
      if (found(i)) return i;
      if (std::ranges::any_of(before, [&](char c) { return c == '?' ? is_search(i) : is(i, c); }))
        return std::nullopt;
    }
    return std::nullopt;
  }
  std::size_t authority(Components& components, std::size_t at) {
    const auto last = tokens_.size() - 1;
    const auto end =
        find(at, [&](std::size_t i) { return is(i, '/') || is_search(i) || is(i, '#'); }).value_or(last);
    const auto sign = find(at, [&](std::size_t i) { return i < end && is(i, '@'); });
    if (sign) {
      const auto colon = find(at, [&](std::size_t i) { return i < *sign && is(i, ':'); });
      of(components, UrlComponent::username) = between(at, colon.value_or(*sign));
      if (colon) of(components, UrlComponent::password) = between(*colon + 1, *sign);
      at = *sign + 1;
    }
    std::size_t bracket = 0;
    const auto port = find(at, [&](std::size_t i) {
      if (is(i, '[')) ++bracket;
      if (is(i, ']') && bracket > 0) --bracket;
      return i < end && bracket == 0 && is(i, ':');
    });
    of(components, UrlComponent::hostname) = between(at, port.value_or(end));
    of(components, UrlComponent::port) = port ? between(*port + 1, end) : std::string();
    return end;
  }
  std::string between(std::size_t from, std::size_t to) const {
    return std::string(text_.substr(tokens_[from].at, tokens_[to].at - tokens_[from].at));
  }

  const std::string_view text_;
  const std::vector<UrlPatternToken>& tokens_;
};

// --- one component as a regular expression ---

class UrlComponentCompiler {
 public:
  UrlComponentCompiler(UrlComponent which, std::string_view text, bool special)
      : which_(which), text_(text), special_(special) {
    if (which == UrlComponent::hostname) delimiter_ = '.';
    if (which == UrlComponent::pathname && special) delimiter_ = prefix_ = '/';
  }

  PatternParts compile(std::size_t& groups) {
    const auto tokens = url_pattern_tokens(text_);
    std::string fixed;  // not encoded yet
    for (std::size_t i = 0; tokens[i].type != Type::end;) {
      const auto& token = tokens[i];
      if (token.type == Type::open) {
        flush(fixed);
        i = group(tokens, i + 1);
        ++groups;
      } else if (is_value(token)) {
        ++groups;
        // The slash before a group goes with it where it is optional or repeated.
        const auto after = value_end(tokens, i);
        std::string prefix;
        if (prefix_ != '\0' && fixed.ends_with(prefix_) && is_modifier(tokens[after])) {
          prefix = prefix_;
          fixed.pop_back();
        }
        flush(fixed);
        const auto value = value_of(tokens, i);
        add_group(prefix, value, "", modifier(tokens, i));
      } else if (token.type == Type::close || token.type == Type::modifier) {
        refuse_url_pattern("has a {} at byte {} of its {} that belongs to no group; write \\{}", token.value,
                           token.at, name(), token.value);
      } else {
        fixed += fixed_value(token);
        ++i;
      }
      if (groups > url_pattern_groups_max)
        refuse_url_pattern("has more than {} groups", url_pattern_groups_max);
    }
    flush(fixed);
    // A host without groups is a whole one, and may be an address.
    if (which_ == UrlComponent::hostname && parts_.expressions.empty() && !parts_.literals.front().empty() &&
        !is_ipv6())
      parts_.literals.front() = or_refuse(canonical_url_host(parts_.literals.front()), text_);
    return std::move(parts_);
  }

 private:
  using Type = UrlPatternToken::Type;

  static bool is_value(const UrlPatternToken& token) {
    return token.type == Type::name || token.type == Type::expression || token.type == Type::asterisk;
  }
  static bool is_modifier(const UrlPatternToken& token) {
    return token.type == Type::modifier || token.type == Type::asterisk;
  }
  // As the standard has it, by the beginning.
  bool is_ipv6() const {
    return text_.size() > 1 &&
           (text_.starts_with('[') || text_.starts_with("{[") || text_.starts_with("\\["));
  }
  std::string_view fixed_value(const UrlPatternToken& token) const {
    if (token.type == Type::character && token.value == ":")
      refuse_url_pattern("has a : at byte {} of its {} without a name behind it; write \\:", token.at,
                         name());
    return token.value;
  }
  // Behind the name and its expression.
  static std::size_t value_end(const std::vector<UrlPatternToken>& tokens, std::size_t i) {
    return i + (tokens[i].type == Type::name && tokens[i + 1].type == Type::expression ? 2 : 1);
  }
  std::string value_of(const std::vector<UrlPatternToken>& tokens, std::size_t& i) {
    const auto end = value_end(tokens, i);
    const auto& first = tokens[i];
    if (first.type == Type::name) {
      if (std::ranges::find(names_, first.value) != names_.end())
        refuse_url_pattern("has the name :{} twice in its {}; give each group a name of its own",
                           base::printable(first.value), name());
      names_.push_back(first.value);
    }
    const auto& token = tokens[end - 1];
    i = end;
    if (token.type == Type::asterisk) return std::string(wildcard);
    if (token.type == Type::name)
      return delimiter_ == '\0' ? ".+"
                                : fmt::format("[^{}\\n]+", re2::RE2::QuoteMeta(std::string(1, delimiter_)));
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    // Alone, so that it cannot take a part of what is around it.
    std::string expression(token.value);
    const re2::RE2 alone(expression, options);
    if (!alone.ok()) {
      refuse_url_pattern("has the expression '{}', which RE2 cannot match: {}", base::printable(expression),
                         base::printable(alone.error()));
    }
    return expression;
  }
  static char modifier(const std::vector<UrlPatternToken>& tokens, std::size_t& i) {
    return is_modifier(tokens[i]) ? tokens[i++].value.front() : '\0';
  }

  // `{prefix:name suffix}` behind the brace; returns what comes behind it.
  std::size_t group(const std::vector<UrlPatternToken>& tokens, std::size_t i) {
    std::string prefix, suffix;
    const auto fixed_text = [&](std::string& into) {
      for (; tokens[i].type == Type::character || tokens[i].type == Type::escaped; ++i)
        into += fixed_value(tokens[i]);
    };
    fixed_text(prefix);
    std::optional<std::string> value;
    if (is_value(tokens[i])) value = value_of(tokens, i);
    fixed_text(suffix);
    if (tokens[i].type == Type::open)
      refuse_url_pattern("has a {{ inside of braces in its {}; braces cannot be nested", name());
    if (tokens[i].type != Type::close) {
      refuse_url_pattern(
          "has braces in its {} that are never closed, or hold more than one group; close them with }}, or "
          "write \\{{",
          name());
    }
    ++i;
    const char sign = modifier(tokens, i);
    if (value) {
      add_group(encoded(prefix), *value, encoded(suffix), sign);
    } else if (sign == '\0') {
      parts_.literals.back() += encoded(prefix);
    } else {
      add_expression(fmt::format("(?:{}){}", re2::RE2::QuoteMeta(encoded(prefix)), sign));
    }
    return i;
  }

  void add_group(const std::string& prefix, const std::string& value, const std::string& suffix, char sign) {
    const auto before = re2::RE2::QuoteMeta(prefix), behind = re2::RE2::QuoteMeta(suffix);
    if (sign == '\0') {
      parts_.literals.back() += prefix;
      add_expression(value == wildcard ? value : fmt::format("(?:{})", value));
      parts_.literals.back() += suffix;
    } else if (sign == '?') {
      add_expression(fmt::format("(?:{}(?:{}){})?", before, value, behind));
    } else if (prefix.empty() && suffix.empty()) {
      add_expression(fmt::format("(?:{}){}", value, sign));
    } else {
      add_expression(fmt::format("(?:{0}(?:{1})(?:{2}{0}(?:{1}))*{2}){3}", before, value, behind,
                                 sign == '*' ? "?" : ""));
    }
  }
  void add_expression(std::string expression) {
    parts_.expressions.push_back(std::move(expression));
    parts_.literals.emplace_back();
  }
  void flush(std::string& fixed) { parts_.literals.back() += encoded(std::exchange(fixed, {})); }
  std::string encoded(const std::string& fixed) const {
    return or_refuse(is_ipv6() && which_ == UrlComponent::hostname
                         ? canonical_ipv6_text(fixed)
                         : canonical_url_text(which_, fixed, special_),
                     fixed);
  }
  std::string or_refuse(std::optional<std::string> text, std::string_view fixed) const {
    if (!text)
      refuse_url_pattern("has '{}' in its {}, which cannot stand there", base::printable(fixed), name());
    return *std::move(text);
  }
  std::string_view name() const {
    constexpr std::string_view names[] = {"protocol", "username", "password", "host",
                                          "port",     "path",     "search",   "hash"};
    return names[static_cast<std::size_t>(which_)];
  }

  const UrlComponent which_;
  const std::string_view text_;
  const bool special_;
  char delimiter_ = '\0', prefix_ = '\0';
  std::vector<std::string_view> names_;  // of groups
  PatternParts parts_;
};

// The text of a URL's component as a pattern that stands for it alone.
std::string as_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("+*?:{}()\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// What a relative pattern leaves out is the base's.
void resolve(Components& components, const TopicUrl& base) {
  for (const auto each : {UrlComponent::protocol, UrlComponent::hostname, UrlComponent::port})
    of(components, each) = as_pattern(base.component(each));
  auto& pathname = of(components, UrlComponent::pathname);
  const auto path = base.component(UrlComponent::pathname);
  if (!pathname) {
    pathname = as_pattern(path);
    if (!of(components, UrlComponent::search))
      of(components, UrlComponent::search) = as_pattern(base.component(UrlComponent::search));
  } else if (!pathname->starts_with('/') && !pathname->starts_with("\\/") && !pathname->starts_with("{/")) {
    pathname = as_pattern(path.substr(0, path.rfind('/') + 1)) + *pathname;
  }
}

}  // namespace

bool matches_everything(const PatternParts& parts) {
  return parts.expressions == std::vector<std::string>{std::string(wildcard)} &&
         parts.literals.front().empty() && parts.literals.back().empty();
}

base::Result<UrlPatternParts, std::string> parse_url_pattern(std::string_view text, const TopicUrl& base) {
  try {
    const auto tokens = url_pattern_tokens(text);
    auto components = UrlPatternSplitter(text, tokens).split();
    if (!of(components, UrlComponent::protocol)) resolve(components, base);
    const auto& protocol = *of(components, UrlComponent::protocol);
    const bool special = UrlPatternSplitter::may_be_special(protocol);
    auto& port = of(components, UrlComponent::port);
    if (port && !port->empty() &&
        canonical_url_text(UrlComponent::port, *port, special) == default_port(protocol))
      port = "";
    UrlPatternParts parts;
    std::size_t groups = 0;
    for (std::size_t i = 0; i < url_components; ++i) {
      // What was not named is anything, and no group of the pattern.
      if (!components[i]) {
        parts[i] = {.literals = {"", ""}, .expressions = {std::string(wildcard)}};
      } else {
        parts[i] =
            UrlComponentCompiler(static_cast<UrlComponent>(i), *components[i], special).compile(groups);
      }
    }
    return parts;
  } catch (const UrlPatternError& error) {
    return base::failure(fmt::format("topic: the URL pattern {} {}", base::printable(text), error.sentence));
  }
}

}  // namespace worker::log
