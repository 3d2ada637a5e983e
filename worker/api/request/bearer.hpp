// Bearer: the token of the header Authorization, and the refusals that ask for one (RFC 6750). Pure; from
// every thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::api {

/// The text after `Bearer` in the header Authorization, in any case, and one or more blanks (RFC 9110,
/// section 11.4). None for another scheme; empty where the scheme stands alone. A view into the request.
std::optional<std::string_view> bearer_token(const http::Request& request);

/// 401 with `WWW-Authenticate: Bearer`. `error_code`: of section 3.1, for example `invalid_token`; empty
/// where the request has no credential. `detail` says what to change.
http::Response unauthorized(std::string_view error_code, const std::string& detail);

/// 400 with `invalid_request`: the request has its token where none may be. `detail` says where it goes.
http::Response misplaced_token(const std::string& detail);

/// 403: the credential is valid but does not cover what is asked for. `detail` names what.
http::Response forbidden(const std::string& detail);

/// The refusal with the address of what a client can learn of tokens here (RFC 9728, section 5.1), if it asks
/// for a token at all. Empty `address`: as it is.
http::Response with_resource_metadata(http::Response refusal, std::string_view address);

}  // namespace worker::api
