#include "fcgi/intake.hpp"

#include <fastcgi.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace worker::fcgi {
namespace {

constexpr std::size_t begin_body_bytes = 8;

// The length in front of a name or a value: one byte, or four with the highest bit set.
std::optional<std::size_t> take_length(std::string_view& bytes) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (bytes.empty()) return std::nullopt;
  const std::size_t size = octet(0) < 0x80 ? 1 : 4;
  if (bytes.size() < size) return std::nullopt;
  std::size_t length = octet(0) & 0x7fU;
  for (std::size_t i = 1; i < size; ++i) length = length << 8U | octet(i);
  bytes.remove_prefix(size);
  return length;
}

}  // namespace

bool params_well_formed(std::string_view params) {
  while (!params.empty()) {
    const auto name = take_length(params);
    const auto value = name ? take_length(params) : std::nullopt;
    if (!value || *name + *value > params.size()) return false;
    if (params.substr(0, *name + *value).find('\0') != std::string_view::npos) return false;
    params.remove_prefix(*name + *value);
  }
  return true;
}

base::Result<Intake::Progress, Refusal> Intake::take(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (header_size_ < header_bytes) {
      const auto size = std::min(bytes.size(), header_bytes - header_size_);
      bytes.copy(header_.data() + header_size_, size);
      bytes.remove_prefix(size);
      header_size_ += size;
      if (header_size_ < header_bytes) return Progress::more;
      BOOST_OUTCOME_TRY(progress, begin_record());
      if (progress != Progress::more) return progress;
    }
    const auto content = std::min(bytes.size(), content_left_);
    if (content > 0) sink().append(bytes.substr(0, content));
    content_left_ -= content;
    bytes.remove_prefix(content);
    const auto padding = std::min(bytes.size(), padding_left_);
    padding_left_ -= padding;
    bytes.remove_prefix(padding);
    if (content_left_ > 0 || padding_left_ > 0) return Progress::more;
    header_size_ = 0;
    BOOST_OUTCOME_TRY(progress, end_record());
    if (progress != Progress::more) return progress;
  }
  return Progress::more;
}

// Judges a header before any of its content is stored.
base::Result<Intake::Progress, Refusal> Intake::begin_record() {
  record_ = RecordHeader::decode(header_);
  content_left_ = record_.content_bytes;
  padding_left_ = record_.padding_bytes;
  if (record_.version != FCGI_VERSION_1) return base::failure(Refusal::version);
  if (phase_ == Phase::begin) {
    if (record_.type != FCGI_BEGIN_REQUEST) return base::failure(Refusal::type);
    if (record_.request_id == 0) return base::failure(Refusal::id);
    if (record_.content_bytes != begin_body_bytes) return base::failure(Refusal::length);
    return Progress::more;
  }
  if (record_.request_id != request_id_) {
    return base::failure(record_.request_id == 0 ? Refusal::type : Refusal::id);
  }
  if (record_.type == FCGI_ABORT_REQUEST) return Progress::aborted;
  if (record_.type != (phase_ == Phase::params ? FCGI_PARAMS : FCGI_STDIN))
    return base::failure(Refusal::type);
  const bool params = phase_ == Phase::params;
  if (sink().size() + record_.content_bytes > (params ? limits_.head_bytes_max : limits_.body_bytes_max)) {
    return params ? Progress::head_too_large : Progress::body_too_large;
  }
  return Progress::more;
}

base::Result<Intake::Progress, Refusal> Intake::end_record() {
  if (phase_ == Phase::begin) return begin_request();
  if (record_.content_bytes > 0) return Progress::more;
  if (phase_ == Phase::body) return Progress::request;
  if (!params_well_formed(params_)) return base::failure(Refusal::params);
  phase_ = Phase::body;
  return Progress::more;
}

base::Result<Intake::Progress, Refusal> Intake::begin_request() {
  const auto role = static_cast<std::uint8_t>(begin_[0]) << 8U | static_cast<std::uint8_t>(begin_[1]);
  if (role != FCGI_RESPONDER) return base::failure(Refusal::role);
  keep_connection_ = (static_cast<std::uint8_t>(begin_[2]) & FCGI_KEEP_CONN) != 0;
  request_id_ = record_.request_id;
  phase_ = Phase::params;
  return Progress::more;
}

std::string& Intake::sink() {
  switch (phase_) {
    case Phase::begin:
      return begin_;
    case Phase::params:
      return params_;
    case Phase::body:
      break;
  }
  return body_;
}

}  // namespace worker::fcgi
