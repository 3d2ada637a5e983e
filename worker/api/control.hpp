// POST /control: lists the open streams of a subject, and ends those of a subject or a topic, on all loops of
// this worker.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "api/access/access.hpp"
#include "api/access/revocations.hpp"
#include "api/publish/settings.hpp"
#include "api/stream/open_streams.hpp"
#include "http/exchange.hpp"
#include "net/loop.hpp"

namespace worker::api {

/// The open streams of all loops. Filled before the loops start; constant while serving.
struct OpenStreamsOfLoop {
  net::Loop* loop;
  OpenStreams* streams;
};
using AllOpenStreams = std::vector<OpenStreamsOfLoop>;

/// Loop thread only; one per loop. All that is borrowed outlives it.
class ControlEndpoint final : public http::Endpoint {
 public:
  ControlEndpoint(net::Loop& loop, const AllOpenStreams& all, const Access& access, Revocations& revocations,
                  const PublishSettings& publish);

  void serve(http::Exchange& exchange) override;
  void update(const PublishSettings& publish) { publish_ = publish; }

 private:
  class Task;

  std::optional<http::Response> refusal(const http::Request& request) const;

  net::Loop& loop_;
  const AllOpenStreams& all_;
  const Access& access_;
  Revocations& revocations_;
  PublishSettings publish_;
};

}  // namespace worker::api
