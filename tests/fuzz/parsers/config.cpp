// The configuration. An operator writes it; a mistake must be a sentence with its place.
#include "config/config.hpp"

#include <string>

#include "piece.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4'096) return 0;
  const auto config = worker::config::parse(std::string(fuzz::text_of(data, size)), "c.yaml");
  if (!config) fuzz::require(config.error().starts_with("c.yaml"), "an error begins with the file");
  return 0;
}
