// Exported metrics: figures that others keep anyway, read whenever somebody asks for the metrics. What they
// are read from must live as long as the registry is asked.
#pragma once

#include "api/stream/slots.hpp"
#include "app/presence_cluster.hpp"
#include "fcgi/connection_totals.hpp"
#include "hooks/readers.hpp"
#include "log/log.hpp"
#include "log/template_cache.hpp"
#include "metrics/registry.hpp"
#include "presence/roster.hpp"
#include "store/store.hpp"

namespace worker::app {

void export_log_metrics(metrics::Registry& registry, const log::Log& log, const store::Store& store);
void export_stream_metrics(metrics::Registry& registry, const api::StreamSlots& slots);
void export_template_metrics(metrics::Registry& registry, const log::TemplateCache& templates);
void export_presence_metrics(metrics::Registry& registry, const presence::Roster& roster);
void export_presence_metrics(metrics::Registry& registry, const PresenceCluster& cluster);
void export_hook_metrics(metrics::Registry& registry, const hooks::Readers& readers);
void export_connection_metrics(metrics::Registry& registry, const fcgi::ConnectionTotals& totals);

}  // namespace worker::app
