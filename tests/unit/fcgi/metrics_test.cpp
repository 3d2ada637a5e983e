#include "fcgi/metrics.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker::fcgi;

BOOST_AUTO_TEST_SUITE(metrics_suite)

BOOST_AUTO_TEST_CASE(every_metric_is_there_at_the_start) {
  worker::metrics::Registry registry;
  const Metrics metrics(registry);
  BOOST_TEST(
      registry.text() ==
      R"(# HELP sse_worker_accept_pauses_total Times accepting connections paused because descriptors or memory ran out.
# TYPE sse_worker_accept_pauses_total counter
sse_worker_accept_pauses_total 0
# HELP sse_worker_connections Open FastCGI connections.
# TYPE sse_worker_connections gauge
sse_worker_connections 0
# HELP sse_worker_connections_total FastCGI connections accepted.
# TYPE sse_worker_connections_total counter
sse_worker_connections_total 0
# HELP sse_worker_limit_reached_total Requests, streams or events refused or ended by a configured limit, by configuration key.
# TYPE sse_worker_limit_reached_total counter
sse_worker_limit_reached_total{key="fastcgi.bodies_bytes_max"} 0
sse_worker_limit_reached_total{key="fastcgi.body_bytes_max"} 0
sse_worker_limit_reached_total{key="fastcgi.head_bytes_max"} 0
sse_worker_limit_reached_total{key="fastcgi.pending_max"} 0
sse_worker_limit_reached_total{key="history.evicted_ids_max"} 0
sse_worker_limit_reached_total{key="publish.batch_max"} 0
sse_worker_limit_reached_total{key="publish.event_bytes_max"} 0
sse_worker_limit_reached_total{key="publish.streams_max"} 0
sse_worker_limit_reached_total{key="publish.subject_events_per_second_max"} 0
sse_worker_limit_reached_total{key="publish.topic_bytes_max"} 0
sse_worker_limit_reached_total{key="publish.topics_max"} 0
sse_worker_limit_reached_total{key="store.pending_bytes_max"} 0
sse_worker_limit_reached_total{key="streams.lifetime_seconds"} 0
sse_worker_limit_reached_total{key="streams.max"} 0
sse_worker_limit_reached_total{key="streams.patterns_max"} 0
sse_worker_limit_reached_total{key="streams.per_address_max"} 0
sse_worker_limit_reached_total{key="streams.per_subject_max"} 0
sse_worker_limit_reached_total{key="streams.stall_seconds"} 0
sse_worker_limit_reached_total{key="streams.subscriptions_bytes_max"} 0
sse_worker_limit_reached_total{key="streams.templates_max"} 0
sse_worker_limit_reached_total{key="streams.topics_max"} 0
# HELP sse_worker_outbox_bytes Bytes that wait in the worker because sockets are full. Events that wait for several connections count for each, but are in memory once.
# TYPE sse_worker_outbox_bytes gauge
sse_worker_outbox_bytes 0
# HELP sse_worker_outbox_connections Connections for which bytes wait in the worker because their socket is full, or for some milliseconds at the beginning of a long stream.
# TYPE sse_worker_outbox_connections gauge
sse_worker_outbox_connections 0
# HELP sse_worker_outbox_high_water_bytes Largest outbox of any connection since the start, in bytes.
# TYPE sse_worker_outbox_high_water_bytes gauge
sse_worker_outbox_high_water_bytes 0
# HELP sse_worker_refused_connections_total FastCGI connections closed without an answer, by reason.
# TYPE sse_worker_refused_connections_total counter
sse_worker_refused_connections_total{reason="deadline"} 0
sse_worker_refused_connections_total{reason="early"} 0
sse_worker_refused_connections_total{reason="full"} 0
sse_worker_refused_connections_total{reason="id"} 0
sse_worker_refused_connections_total{reason="length"} 0
sse_worker_refused_connections_total{reason="management"} 0
sse_worker_refused_connections_total{reason="params"} 0
sse_worker_refused_connections_total{reason="role"} 0
sse_worker_refused_connections_total{reason="truncated"} 0
sse_worker_refused_connections_total{reason="type"} 0
sse_worker_refused_connections_total{reason="version"} 0
# HELP sse_worker_sent_bytes_total Bytes sent to the web server.
# TYPE sse_worker_sent_bytes_total counter
sse_worker_sent_bytes_total 0
# HELP sse_worker_stalled_closes_total Connections closed because the client read nothing for streams.stall_seconds while data was queued.
# TYPE sse_worker_stalled_closes_total counter
sse_worker_stalled_closes_total 0
# HELP sse_worker_stream_closes_total Streams ended, by reason.
# TYPE sse_worker_stream_closes_total counter
sse_worker_stream_closes_total{reason="client_closed"} 0
sse_worker_stream_closes_total{reason="drained"} 0
sse_worker_stream_closes_total{reason="finished"} 0
sse_worker_stream_closes_total{reason="stalled"} 0
# HELP sse_worker_stream_opens_total Streams opened.
# TYPE sse_worker_stream_opens_total counter
sse_worker_stream_opens_total 0
# HELP sse_worker_streams Open event streams and long polls.
# TYPE sse_worker_streams gauge
sse_worker_streams 0
)");
}

BOOST_AUTO_TEST_CASE(each_reason_counts_under_its_own_name) {
  worker::metrics::Registry registry;
  Metrics metrics(registry);
  for (std::size_t i = 0; i < refusal_names.size(); ++i) {
    for (std::size_t times = 0; times <= i; ++times) metrics.count(static_cast<Refusal>(i));
  }
  for (std::size_t i = 0; i < ending_names.size(); ++i) {
    for (std::size_t times = 0; times <= i; ++times) metrics.count(static_cast<StreamEnd>(i));
  }
  const auto text = registry.text();
  for (const auto* line :
       {"refused_connections_total{reason=\"version\"} 1\n", "{reason=\"type\"} 2\n", "{reason=\"role\"} 3\n",
        "{reason=\"id\"} 4\n", "{reason=\"length\"} 5\n", "{reason=\"params\"} 6\n",
        "{reason=\"truncated\"} 7\n", "{reason=\"deadline\"} 8\n", "{reason=\"early\"} 9\n",
        "{reason=\"full\"} 10\n", "{reason=\"management\"} 11\n",
        "stream_closes_total{reason=\"finished\"} 1\n", "{reason=\"client_closed\"} 2\n",
        "{reason=\"stalled\"} 3\n", "{reason=\"drained\"} 4\n"}) {
    BOOST_TEST(text.find(line) != std::string::npos, line);
  }
}

BOOST_AUTO_TEST_SUITE_END()
