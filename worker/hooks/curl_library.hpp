// CurlLibrary: the functions of libcurl that hooks use, loaded where hooks are configured. Linked, libcurl
// and what it needs would cost each worker 4 MB of resident memory, 0.7 MB of them its own alone, and most
// workers have no hooks; a helper program would be one more process to watch. Loaded before other threads
// begin, and never unloaded.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/result.hpp"

namespace worker::hooks {

struct CurlLibrary {
  /// Fails with a sentence.
  static base::Result<CurlLibrary, std::string> load();

  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_perform) multi_perform = nullptr;
  decltype(&::curl_multi_poll) multi_poll = nullptr;
  decltype(&::curl_multi_wakeup) multi_wakeup = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
};

}  // namespace worker::hooks
