// RequestBody: what kind of text a request's body is, and the text, out of its coding and without a byte
// order mark. Refusals are whole answers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::api {

using BodyResult = base::Result<std::string_view, http::Response>;

/// The media type in lower case, without its parameters.
std::string media_type(const http::Request& request);

/// The same, but application/json for a form whose `body` begins like JSON: curl -d calls JSON a form unless
/// a header says otherwise, and no field's name begins with a bracket.
std::string media_type(const http::Request& request, std::string_view body);

/// The body as it came; 415 where it is in any coding. A view into the request.
BodyResult plain_body(const http::Request& request);

/// The same; a gzip body is expanded into `expanded`, of which the view is then: 413 where that would be over
/// `bytes_max`, 400 where it is broken, 415 for other codings.
BodyResult expanded_body(const http::Request& request, std::string& expanded, std::size_t bytes_max);

/// In ASCII lower case.
std::string lower_case(std::string_view text);

}  // namespace worker::api
