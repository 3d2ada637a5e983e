#include "fcgi/path.hpp"

#include "base/percent.hpp"

namespace worker::fcgi {
namespace {

// Without the scheme and host of the absolute form (RFC 9112, section 3.2.2), the query and the fragment.
std::string_view path_of(std::string_view uri) {
  uri = uri.substr(0, uri.find_first_of("?#"));
  if (uri.starts_with('/')) return uri;
  const auto scheme = uri.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto slash = uri.find('/', scheme + 3);
  return slash == std::string_view::npos ? "/" : uri.substr(slash);
}

std::string decoded_once(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = base::percent_escape(text, i);
    if (byte && *byte != '/' && *byte != '\0') {
      out.push_back(*byte);
      i += base::percent_escape_bytes - 1;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

void Path::apply(std::string_view name, std::string_view value) {
  if (name == "SCRIPT_NAME") {
    script_name_ = value;
  } else if (name == "PATH_INFO") {
    path_info_ = value;
  } else if (name == "DOCUMENT_URI") {
    document_uri_ = value;
  } else if (name == "REQUEST_URI") {
    request_uri_ = value;
  }
}

std::string Path::text() const {
  auto path = script_name_ + path_info_;
  if (!path.empty()) return path;
  return document_uri_.empty() ? decoded_once(path_of(request_uri_)) : document_uri_;
}

std::string_view Path::original_query() const {
  const auto uri = std::string_view(request_uri_).substr(0, request_uri_.find('#'));
  const auto mark = uri.find('?');
  return mark == std::string_view::npos ? std::string_view() : uri.substr(mark + 1);
}

}  // namespace worker::fcgi
