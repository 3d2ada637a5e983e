// What a Mercure subscriber asks for: the parameters of its address, and with the method QUERY (RFC 10008)
// also those of a form in its body. Pure; from every thread.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "http/query.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::api {

/// The parameters of the address and behind them those of the body, as if all had been in one. A cursor of
/// the address stands alone. Refused are bodies that are no form, 415, and more parameters than `topics_max`
/// topics and some others, 400.
base::Result<http::Query, http::Response> mercure_parameters(const http::Request& request,
                                                             std::size_t topics_max);

}  // namespace worker::api
