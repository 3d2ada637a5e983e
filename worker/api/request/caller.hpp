// Caller: who sent a request, as far as the web server and the request say. Pure; from every thread.
//
// The address alone proves less than it seems to. A proxy or a tunnel on this machine makes every client a
// loopback client; a page of any site can have its visitor's browser send requests to the visitor's own
// machine; and a name that an attacker owns can resolve to 127.0.0.1, which makes such a page same-origin
// (DNS rebinding). Whoever decides by the address asks doubt() or publishing_doubt(), too.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/request/settings.hpp"
#include "http/request.hpp"

namespace worker::api {

/// Views into the request.
struct Caller {
  /// The address is one of this machine.
  bool loopback = false;
  /// The header by which a proxy says that it has forwarded the request; empty where there is none.
  std::string_view forwarded_by;
  /// A browser sent it for a page of another origin, which is not among `access.origins`.
  bool cross_site = false;
  /// Its Host is a name that neither this machine nor the site has, nor one of `access.origins`. Asked of a
  /// caller on this machine, and of every browser: others may use any name.
  bool foreign_host = false;
  std::string_view host;
  /// The text behind `Bearer` in Authorization; empty where there is none.
  std::string_view bearer;

  /// On this machine, and nothing says otherwise.
  bool is_local() const { return loopback && forwarded_by.empty() && !foreign_host; }
};

Caller caller_of(const http::Request& request, const AccessSettings& access);

/// Why the caller's address proves nothing: the beginning of a sentence. None where it may be believed.
std::optional<std::string> doubt(const Caller& caller);
/// The same for a caller that wants to publish: there a page of another origin is a reason, too.
std::optional<std::string> publishing_doubt(const Caller& caller);

/// The value of the only Origin header; none where there is no such header, or more than one.
std::optional<std::string_view> origin_of(const http::Request& request);

/// True where the token that was `given` is `key`. Takes a time that does not depend on where the two differ.
/// False where `key` is empty.
bool is_key(std::string_view given, std::string_view key);

}  // namespace worker::api
