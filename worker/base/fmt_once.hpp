// For the precompiled header. libfmt has this function, but its own header lets every file compile it again.
#pragma once

#include <fmt/format.h>

// clang does not find that of the library, which GCC has made.
#if FMT_VERSION / 10000 == 9 && !defined(FMT_HEADER_ONLY) && !defined(__clang__)
FMT_BEGIN_NAMESPACE
namespace detail {
extern template void vformat_to<char>(buffer<char>&, basic_string_view<char>,
                                      basic_format_args<FMT_BUFFER_CONTEXT(type_identity_t<char>)>,
                                      locale_ref);
}  // namespace detail
FMT_END_NAMESPACE
#endif
