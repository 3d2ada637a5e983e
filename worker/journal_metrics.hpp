// What the metrics tell of the journal: read from it whenever they are asked for.
#pragma once

#include "journal/journal.hpp"
#include "metrics/registry.hpp"

namespace worker {

/// Both are borrowed for as long as metrics are asked for.
void tell_journal(metrics::Registry& registry, const journal::Journal& journal);

}  // namespace worker
