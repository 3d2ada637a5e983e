// What a publisher is told of an event that the store did not keep. Pure; from every thread.
#pragma once

#include <string>

#include "http/response.hpp"
#include "store/store.hpp"

namespace worker::api {

/// One sentence that says what to change, or when to send it again.
std::string sentence(store::Rejection rejection, const store::Store& store);

/// The event may be stored when it is sent again later.
bool is_temporary(store::Rejection rejection);

/// The same as a whole answer: 400, 409 or 503.
http::Response refusal(store::Rejection rejection, const store::Store& store);

}  // namespace worker::api
