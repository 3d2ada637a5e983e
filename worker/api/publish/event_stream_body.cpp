#include "api/publish/event_stream_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace worker::api {

EventStreamBody::EventStreamBody(const BodyContext& context)
    : context_(context),
      lines_(LineSplitter::LineEnd::event_stream, context.settings.body_bytes_max, context.unfinished),
      share_(&context.unfinished) {}

void EventStreamBody::take(std::string_view piece, DraftSink& sink) {
  sink_ = &sink;
  lines_.take(piece, *this);
}

// A frame ends with an empty line. Without it the frame is incomplete, and no client would use it. A frame
// without data is no event, unless its last line was cut and might have become data.
StreamedBody::End EventStreamBody::finish(DraftSink& sink) {
  sink_ = &sink;
  const bool has_half_line = lines_.finish(*this);
  if (!has_data_ && !error_ && !(has_half_line && has_line_)) return End::well;
  if (!error_)
    error_ = DraftError{400, "has no empty line behind it: the body was cut, so it was not published", {}};
  dispatch();
  return End::cut;
}

void EventStreamBody::on_line(std::size_t /*number*/, std::string_view line) {
  if (line.empty()) return dispatch();
  const auto colon = line.find(':');
  if (colon == 0) return;
  has_line_ = true;
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  on_field(line.substr(0, colon), value);
}

void EventStreamBody::on_too_long(std::size_t /*number*/, bool alone) {
  has_line_ = true;
  if (!error_) error_ = too_long_line(alone, context_.settings.body_bytes_max);
}

void EventStreamBody::on_field(std::string_view name, std::string_view value) {
  if (error_) return;
  // A line may be as long as a body, and a frame may stay unfinished for hours. One byte too many is enough
  // to refuse a type or an id.
  const auto kept = value.substr(0, field_bytes_max + 1);
  if (name == "data") {
    add_data(value);
  } else if (name == "event") {
    type_ = kept;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_ = kept;
  }
}

void EventStreamBody::add_data(std::string_view value) {
  const auto size = data_.size() + value.size() + 1;
  const auto bytes_max = context_.settings.event_bytes_max;
  if (size > bytes_max + 1) {
    error_ = DraftError{413, fmt::format("data: the event is over {} bytes", bytes_max),
                        metrics::Limit::event_bytes};
  } else if (size > data_.capacity() && !share_.reserve(std::max(size, 2 * data_.size()))) {
    error_ = too_long_line(false, bytes_max);
  }
  if (error_) return;
  if (has_data_) data_ += '\n';
  data_ += value;
  has_data_ = true;
}

void EventStreamBody::dispatch() {
  if (!has_line_) return;
  const auto number = number_++;
  if (error_) {
    sink_->add(BodyPart::frame, number, base::failure(*std::move(error_)));
  } else if (has_data_) {
    const auto& parameters = context_.parameters;
    auto id = parameters.id_of(std::move(id_));
    sink_->add(BodyPart::frame, number,
               draft_from_text(std::move(data_), std::move(type_), std::move(id), context_.settings,
                               parameters.defaults));
  }
  reset();
}

void EventStreamBody::reset() {
  data_ = {};
  type_ = {};
  id_ = {};
  share_.release();
  has_data_ = has_line_ = false;
  error_.reset();
}

}  // namespace worker::api
