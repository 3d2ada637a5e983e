// Address: a URL from the command line, fit for a request. Pure; from every thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace worker::client {

struct Address {
  std::string url;
};

/// `url` with `path_if_none` where it has no path, and without a fragment. Fails with what must be different,
/// as the end of a sentence that begins with its name: another scheme than http and https, a password, or no
/// URL at all.
base::Result<Address, std::string> http_address(const std::string& url, const char* path_if_none);

/// `address` with these parameters behind those that it has.
std::string with_parameters(std::string address,
                            const std::vector<std::pair<std::string, std::string>>& parameters);

// What follows takes URLs that are whole and without a fragment, as those above.

/// The query names a topic or a template.
bool has_topics(const std::string& url);

/// Without topics, templates, cursors and the other parameters of a stream; with tokens and the like.
std::string without_topics(const std::string& url);

/// `name` in place of the last part of the path, without a query: /live/events beside /live/publish.
std::string sibling(const std::string& url, const std::string& name);

/// The last part of the path.
std::string last_part(const std::string& url);

/// The same host; the port and the scheme may differ, as from http:// to https://.
bool same_host(const std::string& one, const std::string& other);

/// Fit to be printed: without the query, which may hold a token.
std::string shown(const std::string& url);

}  // namespace worker::client
