// Servers: who stands between the reader and the worker, as far as the answer names them, and what to change
// in which of their files. Pure.
#pragma once

#include <string>
#include <vector>

#include "client/answer.hpp"
#include "probe/row.hpp"

namespace worker::probe {

/// `unnamed`: nobody has named itself, as HAProxy never does.
enum class Server { nginx, apache, caddy, lighttpd, varnish, h2o, cloudflare, unnamed };

/// Never empty.
std::vector<Server> servers_of(const client::Answer& answer);

/// Their names, for a sentence.
std::string names_of(const std::vector<Server>& servers);

enum class Problem {
  held,         // events wait for more, or for the end
  late,         // each event waits a moment
  compressed,   // the stream is
  lost_header,  // Last-Event-ID does not reach the worker
  cut,          // a silent stream is
  away,         // the error page of the server is no event stream
};

/// A line for each of the servers, where one helps.
std::vector<Change> changes_for(Problem problem, const client::Answer& answer);

}  // namespace worker::probe
