// A token of a client, and the JSON in it.
#include "access/compact_token.hpp"
#include "access/strict_json.hpp"
#include "piece.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto token = worker::access::parse_compact_token(text);
  if (token) fuzz::require(token.value().payload.size() < size, "the payload is a part of the token");
  const auto object = worker::access::parse_strict_object(text, 8);
  if (object) fuzz::require(object.value().is_object(), "it is an object");
  return 0;
}
