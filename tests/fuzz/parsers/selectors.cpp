// Topics, patterns and templates that a client asks for, and the URL of a Redis.
#include "log/selectors.hpp"

#include <string>

#include "config/redis_url.hpp"
#include "log/template_cache.hpp"
#include "piece.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using worker::log::TypedSelector;
  if (size == 0) return 0;
  const auto text = fuzz::text_of(data + 1, size - 1);
  const auto kind = static_cast<TypedSelector::Kind>(data[0] % 4);
  worker::log::TemplateCache templates;
  const auto parsed = worker::log::Selectors::parse({{kind, text}}, 200, templates);
  if (parsed) {
    fuzz::require(parsed.value().covers(parsed.value()), "a selector covers itself");
    parsed.value().matches("orders/1");
  } else {
    fuzz::require(!parsed.error().sentence.empty(), "a refusal says why");
  }
  worker::store::RedisSettings redis;
  if (worker::config::read_redis_url(text, redis) &&
      redis.setup != worker::store::RedisSettings::Setup::single)
    fuzz::require(!redis.seeds.empty(), "there is somebody to ask");
  return 0;
}
