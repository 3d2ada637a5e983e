// JournalMetrics: the journal's figures as metrics, read whenever the metrics are asked for.
#pragma once

#include "log/journal.hpp"
#include "metrics/registry.hpp"

namespace worker::app {

/// Both must live as long as the metrics are asked for.
void tell_journal(metrics::Registry& registry, const log::Journal& journal);

}  // namespace worker::app
