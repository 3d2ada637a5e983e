// Records: FastCGI as bytes to be sent (specification, section 3.3). No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sse::floor {

constexpr std::size_t header_bytes = 8;

enum class RecordType : std::uint8_t { begin_request = 1, end_request = 3, params = 4, in = 5, out = 6 };

/// Behind the last STDOUT record of an answer.
void append_end(std::string& out);

/// Bytes of a stream in STDOUT records, the last of which is open for more. Kept and used again, so that it
/// stops allocating.
class Records {
 public:
  void append(std::string_view bytes);
  std::string_view bytes() const noexcept { return bytes_; }
  bool empty() const noexcept { return bytes_.empty(); }
  void clear() noexcept { bytes_.clear(); }

 private:
  std::string bytes_;
  std::size_t open_ = 0;  // where the last record begins
};

}  // namespace sse::floor
