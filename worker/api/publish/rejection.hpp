// The answer to a publisher whose event the store rejected. Pure; from every thread.
#pragma once

#include <string>

#include "http/response.hpp"
#include "store/store.hpp"

namespace worker::api {

/// One sentence that says what to change, or to send the event again later.
std::string sentence(store::Rejection rejection, const store::Store& store);

/// The event may be stored if it is sent again later.
bool is_temporary(store::Rejection rejection);

/// The same as a whole answer: 400, 409 or 503.
http::Response refusal(store::Rejection rejection, const store::Store& store);

}  // namespace worker::api
