#include "client/address.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>

#include "base/percent.hpp"
#include "base/printable.hpp"

namespace worker::client {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)>;

std::optional<std::string> part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (::curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&::curl_free)> owner(text, &::curl_free);
  return text;
}

constexpr std::array<std::string_view, 6> stream_names = {"topic", "template",  "lastEventId",
                                                          "poll",  "heartbeat", "presence"};

void for_each_parameter(const std::string& url,
                        const std::function<void(std::string_view name, std::string_view)>& call) {
  const auto begin = url.find('?');
  if (begin == std::string::npos) return;
  auto rest = std::string_view(url).substr(begin + 1);
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    if (!pair.empty()) call(pair.substr(0, pair.find('=')), pair);
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
  }
}

// In lower case.
std::string host_of(const std::string& url) {
  const Url parsed(::curl_url(), &::curl_url_cleanup);
  if (::curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  auto name = part(parsed, CURLUPART_HOST).value_or("");
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  std::ranges::transform(name, name.begin(), lower);
  return name;
}

}  // namespace

base::Result<Address, std::string> http_address(const std::string& url, const char* path_if_none) {
  const Url parsed(::curl_url(), &::curl_url_cleanup);
  const auto result =
      ::curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE);
  if (result == CURLUE_BAD_SCHEME)
    return base::failure(fmt::format("must begin with https:// or http://, not '{}'", base::printable(url)));
  if (result != CURLUE_OK)
    return base::failure(fmt::format("must be a URL such as https://push.example.org, not '{}' ({})",
                                     base::printable(url), ::curl_url_strerror(result)));
  const auto scheme = part(parsed, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http")
    return base::failure(fmt::format("must begin with https:// or http://, not '{}'", base::printable(url)));
  if (part(parsed, CURLUPART_USER) || part(parsed, CURLUPART_PASSWORD)) {
    return base::failure(std::string(
        "must hold no password, because all users of a machine can see arguments; use --key-file FILE"));
  }
  if (const auto path = part(parsed, CURLUPART_PATH); !path || path == "/")
    ::curl_url_set(parsed.get(), CURLUPART_PATH, path_if_none, 0);
  ::curl_url_set(parsed.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return Address{part(parsed, CURLUPART_URL).value_or(url)};
}

std::string with_parameters(std::string address,
                            const std::vector<std::pair<std::string, std::string>>& parameters) {
  char separator = address.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    fmt::format_to(std::back_inserter(address), "{}{}={}", separator, name, base::percent_encoded(value));
    separator = '&';
  }
  return address;
}

bool has_topics(const std::string& url) {
  bool found = false;
  for_each_parameter(url, [&](std::string_view name, std::string_view) {
    found = found || name == "topic" || name == "template";
  });
  return found;
}

std::string without_topics(const std::string& url) {
  auto result = url.substr(0, url.find('?'));
  char separator = '?';
  for_each_parameter(url, [&](std::string_view name, std::string_view pair) {
    if (std::ranges::find(stream_names, name) != stream_names.end()) return;
    result += separator;
    result += pair;
    separator = '&';
  });
  return result;
}

std::string sibling(const std::string& url, const std::string& name) {
  const auto path = url.substr(0, url.find('?'));
  return path.substr(0, path.rfind('/') + 1) + name;
}

std::string last_part(const std::string& url) {
  const auto path = url.substr(0, url.find('?'));
  return path.substr(path.rfind('/') + 1);
}

bool same_host(const std::string& one, const std::string& other) {
  const auto host = host_of(one);
  return !host.empty() && host == host_of(other);
}

std::string shown(const std::string& url) {
  constexpr std::size_t bytes_shown = 200;
  const auto query = url.find('?');
  return base::printable(std::string_view(url).substr(0, query), bytes_shown) +
         (query == std::string::npos ? "" : "?…");
}

}  // namespace worker::client
