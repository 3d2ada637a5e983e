#include "fcgi/management.hpp"

#include <fastcgi.h>

#include <array>

#include "fcgi/pairs.hpp"
#include "fcgi/record.hpp"

namespace worker::fcgi {

std::optional<std::string> values_result(std::string_view asked, std::size_t connections_max) {
  if (!params_well_formed(asked)) return std::nullopt;
  constexpr std::array<std::string_view, 3> names = {FCGI_MAX_CONNS, FCGI_MAX_REQS, FCGI_MPXS_CONNS};
  std::array<bool, names.size()> wanted{};
  while (const auto pair = take_pair(asked)) {
    for (std::size_t i = 0; i < names.size(); ++i) wanted[i] = wanted[i] || pair->name == names[i];
  }
  std::string values;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool number = names[i] != FCGI_MPXS_CONNS;
    if (wanted[i]) append_pair(values, names[i], number ? std::to_string(connections_max) : "0");
  }
  std::string record;
  append_record(record, FCGI_GET_VALUES_RESULT, FCGI_NULL_REQUEST_ID, values);
  return record;
}

std::string unknown_type(std::uint8_t type) {
  const char body[] = {static_cast<char>(type), 0, 0, 0, 0, 0, 0, 0};
  std::string record;
  append_record(record, FCGI_UNKNOWN_TYPE, FCGI_NULL_REQUEST_ID, {body, sizeof body});
  return record;
}

}  // namespace worker::fcgi
