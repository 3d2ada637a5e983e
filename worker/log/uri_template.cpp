#include "log/uri_template.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/percent.hpp"
#include "base/printable.hpp"

namespace worker::log {
namespace {

// Inside of a bracket of a regular expression: the unreserved characters of RFC 3986, and the reserved ones.
constexpr std::string_view unreserved = R"(A-Za-z0-9._~\-)";
constexpr std::string_view reserved = R"(!#$&-,/:;=?@\[\])";
constexpr std::string_view percent_triplet = "%[0-9A-Fa-f]{2}";

// The operators, and what their expansions begin with and are separated by. `beginning` may be empty.
struct Operator {
  std::string_view beginning, separator;
  char sign;
  bool named = false;         // `name=value`
  bool any_reserved = false;  // reserved characters are not escaped
};
constexpr Operator simple{"", ",", ' '};
constexpr Operator operators[] = {
    {"", ",", '+', false, true}, {"#", ",", '#', false, true}, {"\\.", "\\.", '.'},  {"/", "/", '/'},
    {";", ";", ';', true},       {"\\?", "&", '?', true},      {"&", "&", '&', true}};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// RFC 6570, section 2.1, with its erratum 6937 ('). Bytes of characters beyond ASCII are literal.
bool is_literal(char c) {
  return c > ' ' ? std::string_view("\"%<>\\^`{|}").find(c) == std::string_view::npos : c < 0;
}

class UriTemplateParser {
 public:
  explicit UriTemplateParser(std::string_view text) : text_(text) {}

  base::Result<PatternParts, std::string> parse() {
    while (at_ < text_.size() && error_.empty()) {
      if (text_[at_] == '{') {
        parse_expression();
      } else {
        parse_literal();
      }
    }
    if (!error_.empty()) return base::failure(std::move(error_));
    return std::move(parts_);
  }

 private:
  template <class... Values>
  void fail(fmt::format_string<Values...> format, Values&&... values) {
    error_ = fmt::format("topic: the URI template {} {}", base::printable(text_),
                         fmt::format(format, std::forward<Values>(values)...));
  }

  void parse_literal() {
    const char c = text_[at_];
    std::size_t size = 1;
    if (c == '%') {
      if (!base::percent_escape(text_, at_)) {
        return fail("has a % at byte {} that no two hexadecimal digits follow; write %25 for the character %",
                    at_);
      }
      size = base::percent_escape_bytes;
    } else if (c == '}') {
      return fail("has a }} at byte {} that closes nothing; write %7D for the character, or open it with {{",
                  at_);
    } else if (!is_literal(c)) {
      return fail("has the character '{}' at byte {}; write it as %{:02X}", c, at_,
                  static_cast<unsigned char>(c));
    }
    parts_.literals.back().append(text_.substr(at_, size));
    at_ += size;
  }

  void parse_expression() {
    const auto opened = at_++;
    const auto end = text_.find_first_of("{}", at_);
    if (end == std::string_view::npos)
      return fail("has a {{ at byte {} that is never closed; close it with }}", opened);
    if (text_[end] == '{') {
      return fail(
          "has a {{ at byte {} inside of the expression that begins at byte {}; expressions cannot be nested",
          end, opened);
    }
    if (parts_.expressions.size() == uri_template_expressions_max)
      return fail("has more than {} expressions", uri_template_expressions_max);
    auto body = text_.substr(at_, end - at_);
    at_ = end + 1;
    const auto* found = std::ranges::find(operators, body.empty() ? ' ' : body.front(), &Operator::sign);
    const auto& sign = found == std::end(operators) ? simple : *found;
    if (&sign != &simple) body.remove_prefix(1);
    if (body.empty())
      return fail("has an expression without a name at byte {}; write a name such as {{id}}", opened);
    bool explodes = false, first_explodes = false;
    std::size_t variables = 0;
    for (bool more = true; more; ++variables) {
      const auto comma = body.find(',');
      const auto variable = body.substr(0, comma);
      const bool exploded = variable.ends_with('*');
      if (!is_variable(variable)) {
        return fail(
            "has the variable '{}' in the expression at byte {}; a variable is a name of letters, digits, _ "
            "and single dots, and may end in * or in a length of 1 to 9999 such as :3",
            base::printable(variable), opened);
      }
      explodes |= exploded;
      if (variables == 0) first_explodes = exploded;
      more = comma != std::string_view::npos;
      if (more) body.remove_prefix(comma + 1);
    }
    variables_ += variables;
    if (variables_ > uri_template_variables_max)
      return fail("has more than {} variables", uri_template_variables_max);
    parts_.expressions.push_back(expression(sign, variables, first_explodes, explodes));
    parts_.literals.emplace_back();
  }

  static bool is_variable(std::string_view variable) {
    if (variable.ends_with('*')) {
      variable.remove_suffix(1);
    } else if (const auto colon = variable.find(':'); colon != std::string_view::npos) {
      const auto length = variable.substr(colon + 1);
      if (length.empty() || length.size() > 4 || length.front() == '0' ||
          length.find_first_not_of("0123456789") != std::string_view::npos)
        return false;
      variable = variable.substr(0, colon);
    }
    bool dot = true;  // none at the beginning
    for (std::size_t i = 0; i < variable.size(); ++i) {
      if (variable[i] == '.' ? dot : !is_name_character(variable[i])) {
        if (!base::percent_escape(variable, i)) return false;
        i += base::percent_escape_bytes - 1;
      }
      dot = variable[i] == '.';
    }
    return !dot;
  }

  static std::string value(const Operator& sign, bool pairs) {
    return fmt::format("(?:[{}{}]|{})*", unreserved,
                       sign.any_reserved ? reserved
                       : pairs           ? ",="
                                         : ",",
                       percent_triplet);
  }

  static std::string expression(const Operator& sign, std::size_t variables, bool first_explodes,
                                bool explodes) {
    auto all = fmt::format("{}{}", sign.beginning, value(sign, sign.named || first_explodes));
    // Of a list without an end, or of `variables` values at most.
    if (variables > 1 || explodes) {
      all += fmt::format("(?:{}{})", sign.separator, value(sign, sign.named || explodes));
      all += explodes ? "*" : fmt::format("{{0,{}}}", variables - 1);
    }
    return fmt::format("(?:{})?", all);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t variables_ = 0;
  PatternParts parts_;
  std::string error_;
};

}  // namespace

base::Result<PatternParts, std::string> parse_uri_template(std::string_view text) {
  return UriTemplateParser(text).parse();
}

}  // namespace worker::log
