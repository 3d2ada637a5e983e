// Path: the path of a request, found in the parameters that web servers put it into. A value; loop thread
// only.
//
// nginx, Apache and HAProxy fill SCRIPT_NAME, Caddy and h2o PATH_INFO, lighttpd one of them or both. The path
// is never normalised: a front end decides who may use /publish by the path that it saw, so `//publish` and
// `/x/../publish` are other paths, which do not exist.
#pragma once

#include <string>
#include <string_view>

namespace worker::fcgi {

class Path {
 public:
  /// Uses one parameter. Of several with one name the last counts.
  void apply(std::string_view name, std::string_view value);

  /// SCRIPT_NAME with PATH_INFO behind it (RFC 3875, section 4.1: both are decoded); else DOCUMENT_URI; else
  /// the path of REQUEST_URI, decoded once except for `%2F` and `%00`, which are in no path of the worker.
  /// Empty if there is none of them.
  std::string text() const;
  /// What follows the first `?` of REQUEST_URI: the query that the client sent, whatever the web server made
  /// of it.
  std::string_view original_query() const;

 private:
  std::string script_name_;
  std::string path_info_;
  std::string document_uri_;
  std::string request_uri_;
};

}  // namespace worker::fcgi
