// What Redis replies: packs of events, scripts, streams, and the redirects of a Cluster.
#include <hiredis.h>

#include <algorithm>
#include <memory>

#include "piece.hpp"
#include "store/redis/error.hpp"
#include "store/redis/pack.hpp"
#include "store/redis/redirect.hpp"
#include "store/redis/stream.hpp"

namespace {

using namespace worker::store;

template <class Read>
void attempt(const Read& read) try {
  read();
} catch (const RedisError& error) {
  fuzz::require(*error.what() != '\0', "an error says something");
}

void read_pack(std::string_view text) {
  const auto pack = RedisPack::read(text);
  if (!pack) return;
  fuzz::require(!pack->events().empty(), "a pack has an event");
  std::string frame;
  for (const auto& event : pack->events()) {
    fuzz::require(!pack->topics_of(event).empty(), "an event has a topic");
    event.append_frame(frame);
  }
}

void read_reply(const redisReply& reply) {
  static const RedisStream stream("sse-worker");
  attempt([&] { RedisStream::read_state(reply); });
  attempt([&] { RedisStream::read_script_name(reply); });
  attempt([&] { RedisStream::read_members(reply, 1, 100); });
  attempt([&] { RedisStream::read_last(reply); });
  attempt([&] { stream.read_events(reply); });
  attempt([&] { stream.read_range_events(reply); });
  attempt([&] { RedisStream::read_time(reply); });
  attempt([&] { RedisStream::read_marked(reply); });
  attempt([&] { RedisStream::check_replicas(reply, 1); });
  attempt([&] { throw unexpected_reply("X", reply); });
  redirect_of(reply, {});
}

// hiredis takes memory for as many elements as a reply announces, and its version in Debian 12 has no bound
// to set. The worker trusts Redis that far.
bool announces_much(std::string_view text) {
  constexpr std::size_t digits_max = 5;
  for (std::size_t at = text.find('*'); at != std::string_view::npos; at = text.find('*', at + 1)) {
    const auto end = text.find_first_not_of("0123456789", at + 1);
    if (std::min(end, text.size()) - at - 1 > digits_max) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  read_pack(text);
  if (announces_much(text)) return 0;
  const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(), redisReaderFree);
  redisReaderFeed(reader.get(), text.data(), text.size());
  for (void* got = nullptr; redisReaderGetReply(reader.get(), &got) == REDIS_OK && got != nullptr;) {
    const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(static_cast<redisReply*>(got),
                                                                        freeReplyObject);
    read_reply(*reply);
  }
  return 0;
}
