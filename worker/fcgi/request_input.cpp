#include "fcgi/request_input.hpp"

#include <utility>

#include "fcgi/record.hpp"

namespace worker::fcgi {

RequestReader& RequestInput::reader(const RequestReader::Limits& limits,
                                    std::optional<RequestReader::Served> served) {
  if (!incoming_) {
    incoming_ = std::make_unique<Incoming>(
        Incoming{served ? RequestReader(limits, *served) : RequestReader(limits), nullptr});
  }
  return incoming_->reader;
}

void RequestInput::drop_initial_reader() {
  if (incoming_ && incoming_->reader.is_initial()) incoming_.reset();
}

bool RequestInput::keep_pipelined(std::string_view bytes, bool wanted) {
  pipelined_.append(wanted ? bytes : bytes.substr(0, 1));
  if (pipelined_.size() + header_bytes > pipelined_bytes_max) return false;
  if (!wanted) pipelined_.resize(1);
  return true;
}

std::string_view RequestInput::take_pipelined(std::string_view bytes, std::string& joined) {
  if (pipelined_.empty()) return bytes;
  joined = std::exchange(pipelined_, {}).append(bytes);
  return joined;
}

}  // namespace worker::fcgi
