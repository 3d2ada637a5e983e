// EventParameters: the parameters of a request for /events, from its address, and for POST also from a form
// or a JSON object, because a hundred topics do not fit an address. Names and meaning are the same in all
// three.
#pragma once

#include "base/result.hpp"
#include "http/query.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::api {

/// The parameters of the address and behind them those of the body: topic and template (any number), poll,
/// heartbeat, lastEventId, authorization, resume and presence, and others that are not ours. Of a request
/// that was handed over: those of the redirect, and the cursor of the client's own address. The limits apply
/// to the sum. Refused are a parameter that is not ours but resembles one, because otherwise it would be
/// ignored without notice; any unknown member of a JSON object; more parameters than `topics_max` topics and
/// some others; other types of body.
base::Result<http::Query, http::Response> event_parameters(const http::Request& request,
                                                           std::size_t topics_max);

}  // namespace worker::api
