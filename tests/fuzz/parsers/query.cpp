// The parameters of an address or a form.
#include "http/query.hpp"

#include "piece.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto query = worker::http::Query::parse(text, 100);
  fuzz::require(query.pairs().size() <= 100, "no more pairs than are allowed");
  std::size_t bytes = 0;
  for (const auto& [name, value] : query.pairs()) {
    bytes += name.size() + value.size();
    fuzz::require(query.first(name).has_value(), "a name that is there is found");
  }
  // A byte that is no UTF-8 becomes U+FFFD, three bytes.
  fuzz::require(bytes <= 3 * size, "a value is not longer than its text allows");
  return 0;
}
