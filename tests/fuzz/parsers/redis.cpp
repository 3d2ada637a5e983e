// What Redis replies: packs of events, scripts, streams, and the redirects of a Cluster.
#include <hiredis.h>

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
  attempt([&] { RedisStream::read_count(reply); });
  attempt([&] { throw unexpected_reply("X", reply); });
  redirect_of(reply, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  read_pack(text);
  const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(), redisReaderFree);
  redisReaderFeed(reader.get(), text.data(), text.size());
  for (void* got = nullptr; redisReaderGetReply(reader.get(), &got) == REDIS_OK && got != nullptr;) {
    const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(static_cast<redisReply*>(got),
                                                                        freeReplyObject);
    read_reply(*reply);
  }
  return 0;
}
