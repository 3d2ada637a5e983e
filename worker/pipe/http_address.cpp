#include "pipe/http_address.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <iterator>
#include <memory>
#include <optional>

#include "base/percent.hpp"
#include "base/printable.hpp"

namespace worker::pipe {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)>;

std::optional<std::string> part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (::curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&::curl_free)> owner(text, &::curl_free);
  return text;
}

}  // namespace

base::Result<StreamAddress, std::string> stream_address(const std::string& url) {
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
    ::curl_url_set(parsed.get(), CURLUPART_PATH, "/publish/stream", 0);
  ::curl_url_set(parsed.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return StreamAddress{part(parsed, CURLUPART_URL).value_or(url)};
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

}  // namespace worker::pipe
