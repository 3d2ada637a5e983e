#include "api/publish/rejection.hpp"

#include <fmt/format.h>

#include "http/problem.hpp"

namespace worker::api {

std::string sentence(store::Rejection rejection, const store::Store& store) {
  switch (rejection) {
    case store::Rejection::closed:
      return "topic: is closed and accepts no more events";
    case store::Rejection::reserved:
      return "id: has the form of a generated id; choose another";
    case store::Rejection::conflict:
      return "id: another event has this id; ids are unique across all topics. Use a new id, or send the "
             "same "
             "event again";
    case store::Rejection::outcome_unknown:
      return "The outcome is unknown: the event may have been stored. Retry later; a retry with the same "
             "`id` cannot create a duplicate.";
    case store::Rejection::full:
      return "Too many publishes are waiting for the store. Retry later; the operator can raise "
             "store.pending_bytes_max.";
    case store::Rejection::unavailable:
      break;
  }
  return fmt::format("The store is unavailable ({}). Retry later.",
                     store.unavailable_reason().value_or("it is available again"));
}

bool is_temporary(store::Rejection rejection) {
  switch (rejection) {
    case store::Rejection::closed:
    case store::Rejection::reserved:
    case store::Rejection::conflict:
      return false;
    case store::Rejection::unavailable:
    case store::Rejection::full:
    case store::Rejection::outcome_unknown:
      break;
  }
  return true;
}

http::Response refusal(store::Rejection rejection, const store::Store& store) {
  const auto detail = sentence(rejection, store);
  switch (rejection) {
    case store::Rejection::closed:
    case store::Rejection::conflict:
      return http::problem(409, detail);
    case store::Rejection::reserved:
      return http::problem(400, detail);
    case store::Rejection::unavailable:
    case store::Rejection::full:
    case store::Rejection::outcome_unknown:
      break;
  }
  return http::problem(503, detail, {{"Retry-After", "1"}});
}

}  // namespace worker::api
