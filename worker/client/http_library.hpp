// HttpLibrary: libcurl, set up. One in a process, before its first transfer and longer than its last one.
#pragma once

#include <curl/curl.h>

namespace worker::client {

class HttpLibrary {
 public:
  HttpLibrary() { ::curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~HttpLibrary() { ::curl_global_cleanup(); }
  HttpLibrary(const HttpLibrary&) = delete;
  HttpLibrary& operator=(const HttpLibrary&) = delete;
};

}  // namespace worker::client
