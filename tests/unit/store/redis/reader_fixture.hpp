// ReaderFixture: a reader without a Redis, and what a Redis with certain events would reply to its commands.
#pragma once

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "store/redis/reader.hpp"
#include "support/drafts.hpp"
#include "support/manual_clock.hpp"
#include "support/resp.hpp"

namespace worker::store {

struct ReaderFixture {
  ReaderFixture() = default;

  // --- what Redis has ---
  std::uint64_t epoch = 7;
  log::Sequence last = 0;  // of the state
  std::vector<log::Sequence> events;
  std::map<log::Sequence, std::string> ids;
  std::map<log::Sequence, std::string> closed;
  std::size_t replicas = 0;  // how many must have an event

  void has(log::Sequence from, log::Sequence through) {
    for (auto each = from; each <= through; ++each) events.push_back(each);
    last = through;
  }

  static std::string entry(std::uint64_t epoch, log::Sequence sequence) {
    return support::resp::array(
        {support::resp::bulk(fmt::format("{}-{}", epoch, sequence)),
         support::resp::strings({"topics", "a", "event", "data: x\n", "at", std::to_string(sequence)})});
  }
  /// Of events of topic `a`; `last` is the sequence of the last one.
  static std::string pack(std::uint64_t epoch, log::Sequence last, int events) {
    PackBuilder builder;
    for (int i = 0; i < events; ++i) builder.add(support::draft("a", "x"), "");
    return support::resp::array({support::resp::bulk(fmt::format("{}-{}", epoch, last)),
                                 support::resp::strings({"pack", builder.take().text, "at", "5"})});
  }
  /// A term that begins after `after`.
  static std::string term(std::uint64_t epoch, log::Sequence last, log::Sequence after) {
    PackBuilder builder;
    const auto key = fmt::format("term {}", after);
    builder.add({.topics = "$terms", .key = key, .is_private = true});
    return support::resp::array({support::resp::bulk(fmt::format("{}-{}", epoch, last)),
                                 support::resp::strings({"pack", builder.take().text, "at", "5"})});
  }
  static std::string xread(const std::vector<std::string>& entries) {
    if (entries.empty()) return support::resp::nil_array;
    return support::resp::array(
        {support::resp::array({support::resp::bulk("{n}:events"), support::resp::array(entries)})});
  }
  static std::string opened(std::uint64_t epoch, log::Sequence last, log::Sequence first = 0,
                            std::int64_t now = 0) {
    return support::resp::array(
        {support::resp::bulk(std::to_string(epoch)), support::resp::integer(static_cast<std::int64_t>(last)),
         support::resp::integer(1), support::resp::bulk(first == 0 ? "" : fmt::format("{}-{}", epoch, first)),
         support::resp::integer(now)});
  }
  /// What the Redis would reply.
  std::string answer(const std::string& command) const {
    const auto words = support::resp::words(command);
    const auto number = [](const std::string& text) {
      return std::stoull(text.substr(text.find_first_of("-(") + 1));
    };
    if (words[0] == "EVAL") return opened(epoch, last, events.empty() ? 0 : events.front());
    if (words[0] == "HMGET") return support::resp::strings({std::to_string(epoch), std::to_string(last)});
    if (words[0] == "HSET") return support::resp::integer(0);
    if (words[0] == "WAIT") return support::resp::integer(2);
    if (words[0] == "TIME") return support::resp::strings({"1800000000", "0"});
    std::vector<std::string> found;
    if (words[0] == "ZRANGEBYSCORE") {
      const bool is_ids = words[1] == "{n}:ids";
      for (const auto& [sequence, name] : is_ids ? ids : closed) {
        if (sequence < number(words[2]) + (is_ids ? 1 : 0) || sequence >= number(words[3])) continue;
        found.push_back(name);
        found.push_back(std::to_string(sequence));
      }
      return support::resp::strings(found);
    }
    const bool is_range = words[0] == "XRANGE";
    const auto& after = words[is_range ? 2 : 7];
    const auto after_sequence = std::stoull(after.substr(after.find('-') + 1));
    const auto until = is_range ? number(words[3]) : last;
    const auto count = std::stoull(words[is_range ? 5 : 2]);
    for (const auto each : events) {
      if (each > after_sequence && each <= until && found.size() < count) found.push_back(entry(epoch, each));
    }
    return is_range ? support::resp::array(found) : xread(found);
  }

  // --- commands ---
  static std::string read_after(const std::string& after, int count = 64) {
    return fmt::format("XREAD COUNT {} BLOCK 500 STREAMS {{n}}:events {}", count, after);
  }
  static std::string eval(const std::string& known) {
    return "EVAL script 5 {n}:cluster {n}:events {n}:ids {n}:closed {n}:state " + known + " pid";
  }

  // --- the reader, and a connection that has its commands ---
  std::string attach() {
    due.clear();
    return take(reader.attach("pid", "here", replicas));
  }
  /// The reply; then the commands that the reader sends, with ` | ` between them.
  std::string reply(const std::string& text) {
    if (!due.empty()) due.pop_front();
    return take(reader.on_reply(*support::resp::parse(text)));
  }
  std::string take(RedisAction action) {
    std::string text;
    wait = action.wait;
    for (auto& command : action.commands) {
      text += (text.empty() ? "" : " | ") + support::resp::text(command);
      due.push_back(std::move(command));
    }
    BOOST_TEST(!due.empty());
    return text;
  }
  /// What the Redis replies to the command that is due.
  std::string answer() const { return answer(due.front()); }
  std::string step() { return reply(answer()); }
  /// Until the reader waits for new events and there are none.
  void read_all() {
    while (!(due.front().find("XREAD") != std::string::npos && answer() == xread({}))) step();
  }
  /// Waits after event `through` of an epoch that has so many.
  void read_through(log::Sequence through) {
    has(1, through);
    attach();
    read_all();
    BOOST_TEST(position() == fmt::format("7-{} term 1", through));
  }
  std::string position() const {
    const auto known = reader.known_position();
    return fmt::format("{}-{} term {}", known.last.epoch, known.last.sequence, known.term);
  }
  /// All that a client could see of the log.
  std::string state() const {
    auto text = fmt::format("{}: {} lost {}", position(), support::places(log.read_all(0, 10'000)),
                            log.lost_through());
    for (const auto& [sequence, id] : ids)
      text += ", " + id + " " + support::told(log.resume(support::select("z"), id));
    for (const auto& [sequence, topic] : closed)
      text += fmt::format(", {} closed at {}", topic, log.closed_at(support::select(topic)));
    return text;
  }

  support::ManualClock clock;
  base::Logger logger{"test"};
  log::Log log{log::Settings(), "none", clock, log::Log::Writers::many};
  const RedisStream stream{"n"};
  RedisReader reader{log, stream, logger};
  std::deque<RedisCommand> due;
  std::chrono::milliseconds wait{0};
};

}  // namespace worker::store
