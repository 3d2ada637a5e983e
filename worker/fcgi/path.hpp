// Path: what a request is for, out of the parameters in which web servers say it. A value; loop thread only.
//
// Each front end fills other ones: nginx, Apache and HAProxy SCRIPT_NAME, Caddy and h2o PATH_INFO, lighttpd
// either or both. The path is never normalised: a front end that has decided who may ask for /publish has
// decided on the path it saw, so `//publish` and `/x/../publish` are other paths, which do not exist.
#pragma once

#include <string>
#include <string_view>

namespace worker::fcgi {

class Path {
 public:
  /// Looks at one parameter. The last of several with one name counts.
  void apply(std::string_view name, std::string_view value);

  /// SCRIPT_NAME with PATH_INFO behind it (RFC 3875, section 4.1: both are decoded); else DOCUMENT_URI; else
  /// the path of REQUEST_URI, decoded once, but for `%2F` and `%00`, which are no part of any path of ours.
  /// Empty where there is none of them.
  std::string text() const;

 private:
  std::string script_name_;
  std::string path_info_;
  std::string document_uri_;
  std::string request_uri_;
};

}  // namespace worker::fcgi
