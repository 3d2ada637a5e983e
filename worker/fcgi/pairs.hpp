// Pairs: name-value pairs as FastCGI 1.0 writes them (section 3.4). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace worker::fcgi {

struct Pair {
  std::string_view name;
  std::string_view value;
};

/// Removes the pair at the front of `bytes` and returns it; none if its lengths do not fit into `bytes`.
std::optional<Pair> take_pair(std::string_view& bytes);

void append_pair(std::string& out, std::string_view name, std::string_view value);

/// True if the lengths of the name-value pairs add up exactly and there is no NUL, which would end a C string
/// early.
bool params_well_formed(std::string_view params);

}  // namespace worker::fcgi
