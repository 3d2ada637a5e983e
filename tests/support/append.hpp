// append: drafts appended to a store, and the answer awaited, whichever thread gives it.
#pragma once

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "support/drafts.hpp"
#include "support/event_log.hpp"

namespace worker::support {

/// One result per draft.
inline std::vector<store::Kept> append(EventLog& events, std::vector<log::Draft> drafts) {
  std::promise<std::vector<store::Kept>> kept;
  events.append(std::move(drafts),
                [&](std::vector<store::Kept> results) { kept.set_value(std::move(results)); });
  return kept.get_future().get();
}

/// What told() says of the one result: an id, or why there is none.
inline std::string append(EventLog& events, log::Draft draft) {
  std::vector<log::Draft> drafts;
  drafts.push_back(std::move(draft));
  return told(append(events, std::move(drafts)).front());
}

}  // namespace worker::support
