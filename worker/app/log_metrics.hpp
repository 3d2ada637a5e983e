// LogMetrics: the state of the log and of its store as metrics, read at each scrape.
#pragma once

#include "log/log.hpp"
#include "metrics/registry.hpp"
#include "store/store.hpp"

namespace worker::app {

/// Both must outlive the registry.
void export_journal_metrics(metrics::Registry& registry, const log::Log& log, const store::Store& store);

}  // namespace worker::app
