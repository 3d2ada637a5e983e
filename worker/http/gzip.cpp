#include "http/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace worker::http {
namespace {

constexpr int gzip_only = 16 + MAX_WBITS;

// zlib's state; the 7 KB and its window live as long as one body.
class Inflater {
 public:
  explicit Inflater(std::string_view body) : body_(body) {
    ready_ = ::inflateInit2(&stream_, gzip_only) == Z_OK;
  }
  ~Inflater() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// One member, from where the last one ended, behind `out`.
  base::Result<void, GzipError> expand_member(std::string& out, std::size_t bytes_max) {
    if (!ready_ || ::inflateReset(&stream_) != Z_OK) return base::failure(GzipError::broken);
    std::array<unsigned char, 16'384> piece{};
    int status = Z_OK;
    while (status != Z_STREAM_END) {
      feed();
      stream_.next_out = piece.data();
      stream_.avail_out = static_cast<unsigned>(piece.size());
      status = ::inflate(&stream_, Z_NO_FLUSH);
      // Z_BUF_ERROR: it wants more than there is.
      if (status != Z_OK && status != Z_STREAM_END) return base::failure(GzipError::broken);
      const auto size = piece.size() - stream_.avail_out;
      if (size > bytes_max - out.size()) return base::failure(GzipError::too_large);
      out.append(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size));
    }
    return base::success();
  }
  bool done() const { return body_.empty() && stream_.avail_in == 0; }

 private:
  // zlib counts in 32 bits.
  void feed() {
    if (stream_.avail_in != 0) return;
    const auto size = std::min<std::size_t>(body_.size(), 1U << 30);
    stream_.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(body_.data()));
    stream_.avail_in = static_cast<unsigned>(size);
    body_.remove_prefix(size);
  }

  z_stream stream_{};
  std::string_view body_;
  bool ready_ = false;
};

}  // namespace

base::Result<std::string, GzipError> expand_gzip(std::string_view body, std::size_t bytes_max) {
  std::string out;
  Inflater inflater(body);
  do {
    if (auto expanded = inflater.expand_member(out, bytes_max); !expanded)
      return base::failure(expanded.error());
  } while (!inflater.done());
  return out;
}

}  // namespace worker::http
