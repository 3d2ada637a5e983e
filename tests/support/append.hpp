// append: drafts appended to a journal, and the answer awaited, whichever thread gives it.
#pragma once

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "support/hub_draft.hpp"

namespace worker::support {

/// One result per draft.
inline std::vector<log::Journal::Kept> append(log::Journal& journal, std::vector<log::Draft> drafts) {
  std::promise<std::vector<log::Journal::Kept>> kept;
  journal.append(std::move(drafts),
                 [&](std::vector<log::Journal::Kept> results) { kept.set_value(std::move(results)); });
  return kept.get_future().get();
}

/// What told() says of the one result: an id, or why there is none.
inline std::string append(log::Journal& journal, log::Draft draft) {
  std::vector<log::Draft> drafts;
  drafts.push_back(std::move(draft));
  return told(append(journal, std::move(drafts)).front());
}

}  // namespace worker::support
