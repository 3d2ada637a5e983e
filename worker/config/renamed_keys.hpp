// RenamedKeys: the former names of configuration keys. They are still read, with a warning that says the new
// name. Keep a line here for as long as configurations with the former name may be in use. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace worker::config {

struct RenamedKey {
  /// Of the section, with a dot after it: its new name. Empty at the top of the file.
  std::string_view section;
  std::string_view former, name;
};

inline constexpr std::array<RenamedKey, 6> renamed_keys = {
    {{"", "gate", "fastcgi"},
     {"", "journal", "store"},
     {"store.", "hub", "namespace"},
     {"store.", "waiting_bytes_max", "pending_bytes_max"},
     {"history.", "past_ids_max", "evicted_ids_max"},
     {"stats.", "readers", "allowed"}}};

/// The new name of a key in `section`; `key` itself if it was not renamed.
constexpr std::string_view new_name(std::string_view section, std::string_view key) {
  const auto* found = std::ranges::find_if(renamed_keys, [&](const RenamedKey& renamed) {
    return renamed.section == section && renamed.former == key;
  });
  return found == renamed_keys.end() ? key : found->name;
}

}  // namespace worker::config
