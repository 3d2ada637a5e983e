// JournalMetrics: the journal's figures as metrics, read whenever the metrics are asked for.
#pragma once

#include "log/log.hpp"
#include "metrics/registry.hpp"
#include "store/store.hpp"

namespace worker::app {

/// Both must live as long as the metrics are asked for.
void export_journal_metrics(metrics::Registry& registry, const log::Log& log, const store::Store& store);

}  // namespace worker::app
