// POST /control: lists the open streams of a subject, and ends those of a subject or a topic, on all loops of
// this worker. Stops the publishers of a topic, on all workers that share the log.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "api/access/grants.hpp"
#include "api/access/revocations.hpp"
#include "api/publish/open_publishers.hpp"
#include "api/request/access.hpp"
#include "api/stream/open_streams.hpp"
#include "http/exchange.hpp"
#include "net/loop.hpp"
#include "store/store.hpp"

namespace worker::api {

/// The open streams of all loops. Filled before the loops start; constant while serving.
struct OpenStreamsOfLoop {
  net::Loop* loop;
  OpenStreams* streams;
  OpenPublishers* publishers;
};
using AllOpenStreams = std::vector<OpenStreamsOfLoop>;

/// An answer describes 1,000 streams of each loop, or so many that their topics have 1 MiB, and counts all.
/// When the worker stops, the answer is 503. Loop thread only; one per loop. All that is borrowed outlives
/// it.
class ControlEndpoint final : public http::Endpoint {
 public:
  ControlEndpoint(net::Loop& loop, store::Store& store, const AllOpenStreams& all, const Access& access,
                  const Grants& grants, Revocations& revocations);

  void serve(http::Exchange& exchange) override;

 private:
  class Task;

  std::optional<http::Response> refusal(const http::Request& request) const;

  void stop(http::Exchange& exchange, const std::string& topic);

  net::Loop& loop_;
  store::Store& store_;
  const AllOpenStreams& all_;
  const Access& access_;
  const Grants& grants_;
  Revocations& revocations_;
};

}  // namespace worker::api
