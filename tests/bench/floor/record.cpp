#include "record.hpp"

namespace sse::floor {
namespace {

// nginx passes each record on as a chunk of its own.
constexpr std::size_t content_bytes_max = std::size_t{32} * 1024;

void append_header(std::string& out, RecordType type, std::size_t size) {
  out +=
      {'\1', static_cast<char>(type), '\0', '\1', static_cast<char>(size >> 8), static_cast<char>(size), '\0',
       '\0'};
}

}  // namespace

void append_end(std::string& out) {
  append_header(out, RecordType::end_request, 8);
  out.append(8, '\0');  // complete, exit status 0
}

void Records::append(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t size = bytes_.empty() ? content_bytes_max : bytes_.size() - open_ - header_bytes;
    if (size == content_bytes_max) {
      open_ = bytes_.size();
      append_header(bytes_, RecordType::out, 0);
      size = 0;
    }
    const std::string_view part = bytes.substr(0, content_bytes_max - size);
    bytes_ += part;
    size += part.size();
    bytes_[open_ + 4] = static_cast<char>(size >> 8);
    bytes_[open_ + 5] = static_cast<char>(size);
    bytes.remove_prefix(part.size());
  }
}

}  // namespace sse::floor
