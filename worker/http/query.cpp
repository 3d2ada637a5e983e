#include "http/query.hpp"

#include "base/percent.hpp"

namespace worker::http {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (const auto byte = base::percent_escape(text, i)) {
      out.push_back(*byte);
      i += base::percent_escape_bytes - 1;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

Query Query::parse(std::string_view text, std::size_t pairs_max) {
  Query query;
  while (!text.empty() && query.pairs_.size() < pairs_max) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    if (!pair.empty()) {
      const auto equals = pair.find('=');
      const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
      query.pairs_.emplace_back(decoded(pair.substr(0, equals)), decoded(value));
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return query;
}

std::optional<std::string_view> Query::first(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Query::last(std::string_view name) const {
  const auto values = all(name);
  return values.empty() ? std::nullopt : std::optional(values.back());
}

std::vector<std::string_view> Query::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) values.emplace_back(value);
  }
  return values;
}

}  // namespace worker::http
