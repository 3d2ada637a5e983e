// The address of a publish stream. Pure; from every thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace worker::pipe {

struct StreamAddress {
  std::string url;
};

/// `url` with the path of publish streams where it has none, and without a fragment. Fails with what must be
/// different, as the end of a sentence that begins with its name: another scheme than http and https, a
/// password, or no URL at all.
base::Result<StreamAddress, std::string> stream_address(const std::string& url);

/// `address` with these parameters behind those that it has.
std::string with_parameters(std::string address,
                            const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace worker::pipe
