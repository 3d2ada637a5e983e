#include "api/control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "api/publish/answer_lines.hpp"
#include "api/publish/rejection.hpp"
#include "api/request/exchange_ref.hpp"
#include "api/request/request_body.hpp"
#include "base/iso_time.hpp"
#include "base/number.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"
#include "log/topic.hpp"
#include "sse/reserved_types.hpp"

namespace worker::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t body_bytes_max = 65'536;
// Streams that one loop ends in a turn: each takes a system call.
constexpr std::size_t ended_per_turn = 256;
// Of the streams that one loop describes. All are counted.
constexpr std::size_t described_max = 1'000;
constexpr std::size_t described_bytes_max = 1'048'576;
constexpr unsigned refuse_seconds_max = 31'536'000;

struct Command {
  enum class Action { list, end, stop };
  Action action = Action::list;
  // One of the two.
  std::string subject;
  std::string topic;
  std::optional<std::chrono::seconds> refuse;

  bool concerns(const OpenStream& stream) const {
    return topic.empty() ? stream.subject() == subject : stream.topics().matches(topic);
  }
};

using Failure = std::string;

// The members of the body, whichever form it has.
base::Result<http::Query, Failure> members_of(const http::Request& request, std::string_view body) {
  const auto type = media_type(request, body);
  if (type == "application/x-www-form-urlencoded") return http::Query::parse(body, 16);
  if (type != "application/json")
    return base::failure(
        Failure("Content-Type: must be application/json or application/x-www-form-urlencoded"));
  const auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return base::failure(Failure("JSON: the body must be one object"));
  http::Query members;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) {
      members.add(name, value.get<std::string>());
    } else if (value.is_number_unsigned()) {
      members.add(name, fmt::format("{}", value.get<std::uint64_t>()));
    } else {
      return base::failure(fmt::format("{}: has the wrong type", base::printable(name)));
    }
  }
  return members;
}

base::Result<Command, Failure> command_of(const http::Query& members) {
  Command command;
  bool has_action = false;
  for (const auto& [name, value] : members.pairs()) {
    if (name == "action") {
      if (value != "list" && value != "end" && value != "stop")
        return base::failure(Failure("action: must be list, end or stop"));
      command.action = value == "list"  ? Command::Action::list
                       : value == "end" ? Command::Action::end
                                        : Command::Action::stop;
      has_action = true;
    } else if (name == "subject") {
      command.subject = value;
    } else if (name == "topic") {
      command.topic = value;
    } else if (name == "refuseSeconds") {
      const auto seconds = base::parse_number<unsigned>(value);
      if (!seconds || *seconds > refuse_seconds_max)
        return base::failure(Failure("refuseSeconds: must be a whole number of seconds, at most a year"));
      command.refuse = std::chrono::seconds(*seconds);
    } else {
      return base::failure(fmt::format(
          "{}: is not a member; there are action, subject, topic and refuseSeconds", base::printable(name)));
    }
  }
  if (!has_action) return base::failure(Failure("action: is missing; it is list, end or stop"));
  if (command.subject.empty() == command.topic.empty())
    return base::failure(Failure("subject, topic: exactly one of the two is needed"));
  if (command.action == Command::Action::stop && command.topic.empty())
    return base::failure(Failure("topic: is missing; stop goes with a topic"));
  if (!command.topic.empty() && log::is_pattern(command.topic))
    return base::failure(Failure("topic: must be one topic, without a pattern"));
  if (command.refuse && (command.action != Command::Action::end || command.subject.empty()))
    return base::failure(Failure("refuseSeconds: goes with the action end and a subject"));
  return command;
}

std::size_t topic_bytes(const OpenStream& stream) {
  std::size_t bytes = 0;
  for (const auto* names : {&stream.topics().names(), &stream.topics().prefixes()}) {
    for (const auto& name : *names) bytes += name.size();
  }
  for (const auto& each : stream.topics().templates()) bytes += each.text().size();
  return bytes;
}

Json description(const OpenStream& stream, const net::Timers& timers) {
  const auto since = timers.wall() - (timers.now() - stream.since());
  return {{"subject", stream.subject()},
          {"topics", stream.topics().asked().texts()},
          {"since", base::iso_time(since)},
          {"waitingBytes", stream.waiting_bytes()}};
}

}  // namespace

// A command on its way through all loops. Shared by them; the last one answers.
class ControlEndpoint::Task : public std::enable_shared_from_this<Task> {
 public:
  Task(net::Loop& loop, std::shared_ptr<ExchangeRef> ref, const AllOpenStreams& all, Command command)
      : loop_(loop), ref_(std::move(ref)), all_(all), command_(std::move(command)), left_(all.size()) {}

  void begin() {
    for (const auto& each : all_) each.loop->post([self = shared_from_this(), &each] { self->run(each); });
  }

 private:
  struct Found {
    std::size_t count = 0;
    Json streams = Json::array();
  };

  // On the loop of `part`.
  void run(const OpenStreamsOfLoop& part) {
    if (command_.action == Command::Action::list) return add(described(part));
    const auto concerns = [this](const OpenStream& stream) { return command_.concerns(stream); };
    const auto ended = part.streams->revoke(concerns, ended_per_turn);
    if (ended < ended_per_turn) {
      const auto publishers = command_.subject.empty() ? 0 : part.publishers->revoke(command_.subject);
      return add({.count = ended + publishers});
    }
    {
      const std::lock_guard lock(mutex_);
      found_.count += ended;
    }
    part.loop->post([self = shared_from_this(), &part] { self->run(part); });
  }

  Found described(const OpenStreamsOfLoop& part) const {
    Found found;
    std::size_t bytes = 0;
    part.streams->each([&](const OpenStream& stream) {
      if (!command_.concerns(stream)) return;
      ++found.count;
      if (found.streams.size() == described_max || bytes >= described_bytes_max) return;
      bytes += topic_bytes(stream);
      found.streams.push_back(description(stream, part.loop->timers()));
    });
    return found;
  }

  // What one loop has found. The last one answers.
  void add(Found found) {
    const std::lock_guard lock(mutex_);
    found_.count += found.count;
    for (auto& each : found.streams) found_.streams.push_back(std::move(each));
    if (--left_ == 0) loop_.post([self = shared_from_this()] { self->answer(); });
  }

  void answer() {
    if (ref_->exchange == nullptr) return;
    Json body;
    body[command_.action == Command::Action::end ? "ended" : "count"] = found_.count;
    if (command_.action == Command::Action::list) body["streams"] = std::move(found_.streams);
    ref_->exchange->answer(http::plain_response(
        "application/json", body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"));
  }

  net::Loop& loop_;
  const std::shared_ptr<ExchangeRef> ref_;  // only on `loop_`
  const AllOpenStreams& all_;
  const Command command_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::size_t left_;  // loops that have not answered
  Found found_;
};

ControlEndpoint::ControlEndpoint(net::Loop& loop, store::Store& store, const AllOpenStreams& all,
                                 const Access& access, const Grants& grants, Revocations& revocations)
    : loop_(loop), store_(store), all_(all), access_(access), grants_(grants), revocations_(revocations) {}

void ControlEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  if (auto refused = refusal(request)) return exchange.answer(*refused);
  if (request.body.size() > body_bytes_max)
    return exchange.answer(http::problem(413, fmt::format("The body is over {} bytes.", body_bytes_max)));
  const auto body = plain_body(request);
  if (!body) return exchange.answer(body.error());
  const auto members = members_of(request, body.value());
  if (!members) return exchange.answer(http::problem(400, members.error()));
  auto command = command_of(members.value());
  if (!command) return exchange.answer(http::problem(400, command.error()));
  if (command.value().action == Command::Action::stop) return stop(exchange, command.value().topic);
  // Before the streams end: a client that returns at once is refused already.
  if (const auto time = command.value().refuse;
      time && !revocations_.revoke(command.value().subject, *time)) {
    return exchange.answer(http::problem(
        503, fmt::format("{} subjects are refused already. Retry when some of their times are over.",
                         Revocations::subjects_max)));
  }
  // A loop that has stopped does not answer.
  const auto stopping = http::problem(503, "The worker stops. Its streams end, too.", {{"Retry-After", "1"}});
  std::make_shared<Task>(loop_, answer_later(exchange, stopping), all_, std::move(command).value())->begin();
}

// The event goes through the log, so every worker learns of it: its publish streams of the topic are told
// when the event reaches them (Shard::watch_type()).
void ControlEndpoint::stop(http::Exchange& exchange, const std::string& topic) {
  if (const auto checked = log::check_topic(topic, topic.size()); !checked)
    return exchange.answer(http::problem(400, checked.error()));
  std::vector<log::Draft> drafts(1);
  drafts.front().topics = {topic};
  drafts.front().event.data = "{}";
  drafts.front().event.type = sse::stopped_type;
  store_.append(std::move(drafts), [this, ref = answer_later(exchange)](std::vector<store::Kept> kept) {
    const auto answer = [this, ref, result = std::move(kept.front())] {
      if (ref->exchange == nullptr) return;
      if (!result) return ref->exchange->answer(api::refusal(result.error(), store_));
      std::string body;
      append_answer_line(body, "stopped", result.value());
      ref->exchange->answer(http::plain_response("application/json", std::move(body)));
    };
    loop_.on_thread() ? answer() : loop_.post(answer);
  });
}

std::optional<http::Response> ControlEndpoint::refusal(const http::Request& request) const {
  if (access_.has_key(request)) return std::nullopt;
  const auto identity = grants_.publisher(request);
  if (!identity) return identity.error();
  if (const auto& grant = identity.value().grant) {
    if (auto refused = request.grant ? access_.cross_site_problem(request) : std::nullopt) return refused;
    if (grant->control) return std::nullopt;
    return grants_.not_granted("The grant of this request does not include control");
  }
  if (grants_.has_publisher_keys()) {
    return grants_.missing(
        "/control needs `Authorization: Bearer` with a token that grants control, or with the publish key");
  }
  return access_.control_problem(request);
}

}  // namespace worker::api
