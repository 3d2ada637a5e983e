// SubscribeRequest: what a request for topics asks for, and where in the log its stream or long poll begins.
// Values.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/stream/gap.hpp"
#include "api/stream/settings.hpp"
#include "api/stream/stream_context.hpp"
#include "base/result.hpp"
#include "http/query.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "hub/subscriber.hpp"
#include "log/log.hpp"

namespace worker::api {

/// With which a client that was handed over comes back without its application, until `expires`.
struct ResumeAddress {
  std::string address;
  std::chrono::sys_seconds expires;

  /// `event: resume`.
  std::string frame() const;
};

struct ResumeStart;

struct SubscribeRequest {
  log::Subscription subscription;
  /// What the client's cursor may be, the likeliest first; see cursors_of() and cursor_spellings(). Empty:
  /// the request has none.
  std::vector<std::string> cursors{};
  /// How long a long poll may wait for its first event; none: a stream is asked for.
  std::optional<std::chrono::seconds> poll{};
  /// Of a long poll: the address of the same subscription as a stream, without a cursor. Empty where it would
  /// be longer than LongPoll::address_bytes_max.
  std::string address{};
  /// Of a stream whose application asks for one.
  std::optional<ResumeAddress> resume{};
  bool head_only = false;
  hub::Subscriber::HeartbeatMode heartbeats{};
  /// The client wants to know who else reads its topics.
  bool presence = false;
  /// Of the client's grant; empty where it has none.
  std::string subject{};
  /// When the grant ends; none: it does not.
  std::optional<base::Instant> grant_ends{};
  /// More headers of the stream's answer, where its first event is known; null for none.
  std::function<StreamHeaders(const ResumeStart&, const log::Log&)> headers{};
  /// Called when the stream begins; it holds what this returns as long as it is open. Null for none.
  std::function<std::shared_ptr<void>()> hold{};
  /// A hint for the person who reads the answer.
  std::optional<std::string> notice{};

  Delivery delivery() const { return poll ? Delivery::poll : Delivery::stream; }
  /// The memory that the request takes while it waits.
  std::size_t bytes() const;
};

/// The address of a subscription, without a cursor. Of `parameters` it has `template`, `heartbeat` and
/// `presence`. `resume` is a token; empty: none. Empty where it would be longer than
/// LongPoll::address_bytes_max.
std::string subscription_address(std::string_view path, const std::vector<std::string_view>& topics,
                                 const http::Query& parameters, std::string_view resume);

/// None where the parameter `heartbeat` has another value than `comment`, which is the default, or `event`.
std::optional<hub::Subscriber::HeartbeatMode> heartbeat_mode(const http::Query& parameters);

/// Whether `presence` is `true`; none where it has another value than that or `false`, which is the default.
std::optional<bool> wants_presence(const http::Query& parameters);

/// The request for `topics` and for each `template` of `parameters`, together at least one; the other
/// parameters are in `parameters`, too, with a valid `heartbeat` and `presence`. Otherwise its refusal: 400,
/// or StreamContext::templates_full(). Limits that were exceeded are counted.
base::Result<SubscribeRequest, http::Response> parse_subscribe_request(
    const http::Request& request, const http::Query& parameters, const std::vector<std::string_view>& topics,
    StreamContext& streams, log::TemplateCache& templates);

/// What a request for a stream asks for whose selectors are of several kinds. Otherwise its refusal, 400 or
/// StreamContext::templates_full(); limits that were exceeded are counted.
base::Result<log::Selectors, http::Response> parse_selectors(const std::vector<log::TypedSelector>& selectors,
                                                             StreamContext& streams,
                                                             log::TemplateCache& templates);

/// See SubscribeRequest::cursors.
std::vector<std::string> cursor_candidates(const http::Request& request, const http::Query& parameters);

/// Where a subscriber begins.
struct ResumeStart {
  log::ResumePoint point;
  /// The cursor that `point` was found by.
  std::optional<std::string> cursor{};

  /// What the subscriber is told before its first event, if events after its cursor are missing.
  std::optional<Gap> gap(const log::Log& log) const;
};

/// Begins after the first of the request's cursors that the log knows. If it knows none, the first cursor is
/// the unknown one.
ResumeStart resolve_cursor(const SubscribeRequest& request, const log::Log& log);

}  // namespace worker::api
