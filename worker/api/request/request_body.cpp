#include "api/request/request_body.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.hpp"
#include "http/gzip.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

// .NET and PowerShell write one before everything; RFC 8259, section 8.1, lets a reader ignore it.
std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return text;
}

// In lower case; empty for none.
std::string coding_of(const http::Request& request) {
  const auto coding = lower_case(request.header("content-encoding"));
  return coding == "identity" ? std::string() : coding;
}

// RFC 9110, section 15.5.16: Accept-Encoding names what is taken instead.
http::Response unread_coding(std::string_view coding, const std::string& taken) {
  const auto wanted = taken == "identity" ? "send the body uncompressed" : "use gzip or none";
  return http::problem(
      415, fmt::format("Content-Encoding: {} is not supported here; {}", base::printable(coding), wanted),
      {{"Accept-Encoding", taken}});
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::string media_type(const http::Request& request) {
  const std::string_view content_type = request.content_type;
  const auto type = content_type.substr(0, content_type.find(';'));
  return lower_case(type.substr(0, type.find_last_not_of(" \t") + 1));
}

std::string media_type(const http::Request& request, std::string_view body) {
  auto type = media_type(request);
  const auto first = body.find_first_not_of(" \t\r\n");
  const bool like_json = first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
  return type == "application/x-www-form-urlencoded" && like_json ? "application/json" : type;
}

BodyResult plain_body(const http::Request& request) {
  if (const auto coding = coding_of(request); !coding.empty())
    return base::failure(unread_coding(coding, "identity"));
  return without_byte_order_mark(request.body);
}

BodyResult expanded_body(const http::Request& request, std::string& expanded, std::size_t bytes_max) {
  const auto coding = coding_of(request);
  if (coding.empty()) return without_byte_order_mark(request.body);
  if (coding != "gzip" && coding != "x-gzip") return base::failure(unread_coding(coding, "gzip, identity"));
  auto text = http::expand_gzip(request.body, bytes_max);
  if (!text && text.error() == http::GzipError::too_large) {
    return base::failure(http::problem(
        413, fmt::format("Content-Encoding: the body expands to more than {} bytes", bytes_max)));
  }
  if (!text) return base::failure(http::problem(400, "Content-Encoding: the body is not complete gzip data"));
  expanded = std::move(text).value();
  return without_byte_order_mark(expanded);
}

}  // namespace worker::api
