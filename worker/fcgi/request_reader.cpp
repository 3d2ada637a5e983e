#include "fcgi/request_reader.hpp"

#include <fastcgi.h>

#include <algorithm>
#include <utility>

#include "fcgi/management.hpp"
#include "fcgi/pairs.hpp"

namespace worker::fcgi {
namespace {

bool is_management(const RecordHeader& record) {
  return record.request_id == FCGI_NULL_REQUEST_ID && record.type >= FCGI_GET_VALUES;
}

}  // namespace

base::Result<RequestReader::Progress, Refusal> RequestReader::take(std::string_view& bytes) {
  // A header of pipelined bytes is checked again, also if no byte has come since.
  while (take_header(bytes)) {
    if (!header_checked_) {
      BOOST_OUTCOME_TRY(progress, begin_record());
      if (progress == Progress::pipelined) return progress;
      header_checked_ = true;
      if (progress != Progress::more) {
        if (content_left_ + padding_left_ == 0) header_size_ = 0;
        return progress;
      }
    }
    const bool complete = take_content(bytes);
    if (complete) header_size_ = 0;
    // A record with a piece is not the last one, and nothing else is to be done at its end.
    if (!piece_.empty()) return Progress::piece;
    if (!complete) return Progress::more;
    BOOST_OUTCOME_TRY(progress, end_record());
    if (progress != Progress::more) return progress;
  }
  return Progress::more;
}

bool RequestReader::take_header(std::string_view& bytes) {
  if (header_size_ == header_bytes) return true;
  const auto size = std::min(bytes.size(), header_bytes - header_size_);
  bytes.copy(header_.data() + header_size_, size);
  bytes.remove_prefix(size);
  header_size_ += size;
  header_checked_ = false;
  return header_size_ == header_bytes;
}

bool RequestReader::take_content(std::string_view& bytes) {
  const auto content = std::min(bytes.size(), content_left_);
  const bool streams = content_ == Content::body && streams_body_;
  piece_ = streams ? bytes.substr(0, content) : std::string_view();
  if (content > 0 && content_ != Content::skipped && !streams) store(bytes.substr(0, content));
  content_left_ -= content;
  bytes.remove_prefix(content);
  const auto padding = std::min(bytes.size(), padding_left_);
  padding_left_ -= padding;
  bytes.remove_prefix(padding);
  return content_left_ == 0 && padding_left_ == 0;
}

// Checks a header before any of its content is stored.
base::Result<RequestReader::Progress, Refusal> RequestReader::begin_record() {
  record_ = RecordHeader::decode(header_);
  content_left_ = record_.content_bytes;
  padding_left_ = record_.padding_bytes;
  content_ = Content::skipped;
  if (record_.version != FCGI_VERSION_1) {
    if (phase_ == Phase::serving) return Progress::pipelined;
    return base::failure(Refusal::version);
  }
  if (is_management(record_)) return begin_management();
  if (phase_ == Phase::begin) return begin_first_record();
  return record_.request_id == request_id_ ? begin_own_record() : begin_other_record();
}

base::Result<RequestReader::Progress, Refusal> RequestReader::begin_first_record() {
  if (record_.type != FCGI_BEGIN_REQUEST) {
    // An ABORT_REQUEST may cross the end of the answer that it is about.
    const bool late = record_.request_id != FCGI_NULL_REQUEST_ID &&
                      (record_.type == FCGI_ABORT_REQUEST || skips(record_.request_id));
    if (late) return Progress::more;
    return base::failure(Refusal::type);
  }
  if (record_.request_id == FCGI_NULL_REQUEST_ID) return base::failure(Refusal::id);
  if (record_.content_bytes != begin_bytes) return base::failure(Refusal::length);
  stop_skipping(record_.request_id);
  content_ = Content::begin;
  begin_size_ = 0;
  return Progress::more;
}

base::Result<RequestReader::Progress, Refusal> RequestReader::begin_other_record() {
  const auto id = record_.request_id;
  if (id == FCGI_NULL_REQUEST_ID) {
    if (phase_ == Phase::serving) return Progress::pipelined;
    return base::failure(Refusal::type);
  }
  if (record_.type == FCGI_BEGIN_REQUEST) {
    if (record_.content_bytes != begin_bytes) return base::failure(Refusal::length);
    append_cannot_multiplex(side().reply, id);
    skip_request(id);
    return Progress::more;
  }
  if (phase_ == Phase::serving || record_.type == FCGI_ABORT_REQUEST || skips(id)) return Progress::more;
  return base::failure(Refusal::id);
}

base::Result<RequestReader::Progress, Refusal> RequestReader::begin_own_record() {
  if (record_.type == FCGI_ABORT_REQUEST) {
    skip_request(request_id_);
    release();
    phase_ = Phase::serving;
    return Progress::aborted;
  }
  if (phase_ == Phase::serving) return Progress::pipelined;
  const bool params = phase_ == Phase::params;
  if (record_.type != (params ? FCGI_PARAMS : FCGI_STDIN)) return base::failure(Refusal::type);
  content_ = params ? Content::params : Content::body;
  if (!params && streams_body_) return Progress::more;
  if ((params ? params_ : body_).size() + record_.content_bytes >
      (params ? limits_.head_bytes_max : limits_.body_bytes_max)) {
    return params ? Progress::head_too_large : Progress::body_too_large;
  }
  if (!params && !has_room_for_body()) return Progress::bodies_too_large;
  return Progress::more;
}

// Reserves memory for this record. The capacity counts: a string that grows takes up to twice its size.
bool RequestReader::has_room_for_body() {
  const auto size = body_.size() + record_.content_bytes;
  if (size <= body_.capacity()) return true;
  const auto capacity = std::max(size, 2 * body_.size());
  if (!share_.reserve(capacity)) return false;
  body_.reserve(capacity);
  return true;
}

base::Result<RequestReader::Progress, Refusal> RequestReader::begin_management() {
  if (++management_records_ > management_records_max) return base::failure(Refusal::management);
  if (record_.type != FCGI_GET_VALUES) {
    side().reply += unknown_type(record_.type);
    return Progress::more;
  }
  if (record_.content_bytes > management_bytes_max) return base::failure(Refusal::management);
  content_ = Content::values;
  side().values.clear();
  return Progress::more;
}

base::Result<RequestReader::Progress, Refusal> RequestReader::end_record() {
  switch (content_) {
    case Content::skipped:
      return Progress::more;
    case Content::begin:
      return begin_request();
    case Content::values: {
      const auto result = values_result(side().values, limits_.connections_max);
      if (!result) return base::failure(Refusal::params);
      side().reply += *result;
      return Progress::more;
    }
    case Content::params:
      if (record_.content_bytes > 0) return Progress::more;
      if (!params_well_formed(params_)) return base::failure(Refusal::params);
      phase_ = Phase::body;
      return Progress::head;
    case Content::body:
      break;
  }
  if (record_.content_bytes > 0) return Progress::more;
  phase_ = Phase::serving;
  return Progress::request;
}

base::Result<RequestReader::Progress, Refusal> RequestReader::begin_request() {
  const auto role = static_cast<std::uint8_t>(begin_[0]) << 8U | static_cast<std::uint8_t>(begin_[1]);
  if (role != FCGI_RESPONDER) return base::failure(Refusal::role);
  keep_connection_ = (static_cast<std::uint8_t>(begin_[2]) & FCGI_KEEP_CONN) != 0;
  request_id_ = record_.request_id;
  streams_body_ = false;
  phase_ = Phase::params;
  return Progress::more;
}

// The next bytes of the content at hand.
void RequestReader::store(std::string_view content) {
  switch (content_) {
    case Content::params:
      params_ += content;
      return;
    case Content::body:
      body_ += content;
      return;
    case Content::values:
      side().values += content;
      return;
    case Content::begin:
      content.copy(begin_.data() + begin_size_, content.size());
      begin_size_ += content.size();
      return;
    case Content::skipped:
      return;
  }
}

RequestReader::Side& RequestReader::side() {
  if (!side_) side_ = std::make_unique<Side>();
  return *side_;
}

void RequestReader::release() {
  params_ = {};
  body_ = {};
  share_.release();
}

// --- ids whose records are skipped ---

void RequestReader::skip_request(std::uint16_t id) {
  stop_skipping(id);
  if (skipped_count_ == skipped_max) stop_skipping(skipped_.front());
  skipped_.at(skipped_count_++) = id;
}

bool RequestReader::skips(std::uint16_t id) const {
  return std::find(skipped_.begin(), skipped_.begin() + skipped_count_, id) !=
         skipped_.begin() + skipped_count_;
}

void RequestReader::stop_skipping(std::uint16_t id) {
  const auto end = std::remove(skipped_.begin(), skipped_.begin() + skipped_count_, id);
  skipped_count_ = static_cast<std::uint8_t>(end - skipped_.begin());
}

}  // namespace worker::fcgi
