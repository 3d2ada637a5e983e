// What most files of the worker include, precompiled where all of it is compiled once (SSE_WORKER_PRECOMPILED). No file includes this
// one, and each still includes what it uses.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/outcome/std_result.hpp>
#include <boost/outcome/try.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#if FMT_VERSION / 10000 == 9 && !defined(FMT_HEADER_ONLY)
// libfmt has this function, but its header lets every file compile it again.
FMT_BEGIN_NAMESPACE
namespace detail {
extern template void vformat_to<char>(buffer<char>&, basic_string_view<char>,
                                      basic_format_args<FMT_BUFFER_CONTEXT(type_identity_t<char>)>, locale_ref);
}  // namespace detail
FMT_END_NAMESPACE
#endif
