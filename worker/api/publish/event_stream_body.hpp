// EventStreamBody: text/event-stream, as another server sent it. Each frame with data becomes an event with
// its `event`, `id` and `data` (WHATWG HTML, section 9.2.6). Comments and `retry:` concern the connection to
// that server and are left out. Owner, thread and failure: see streamed_body.hpp.
#pragma once

#include <string>

#include "api/publish/line_splitter.hpp"
#include "api/publish/streamed_body.hpp"

namespace worker::api {

class EventStreamBody final : public StreamedBody, LineSplitter::Lines {
 public:
  explicit EventStreamBody(const BodyContext& context);

  void take(std::string_view piece, DraftSink& sink) override;
  End finish(DraftSink& sink) override;
  bool is_inside_event() const override { return has_line_ || lines_.is_inside_line(); }

 private:
  void on_line(std::size_t number, std::string_view line) override;
  void on_too_long(std::size_t number, bool alone) override;
  void on_field(std::string_view name, std::string_view value);
  void add_data(std::string_view value);
  void dispatch();
  void reset();

  const BodyContext context_;
  LineSplitter lines_;
  base::ByteBudget::Reservation share_;  // of data_
  DraftSink* sink_ = nullptr;            // only during a call
  std::size_t number_ = 1;               // of the current frame
  // The current frame.
  std::string data_;
  std::string type_;
  std::string id_;
  bool has_data_ = false;
  bool has_line_ = false;
  std::optional<DraftError> error_;
};

}  // namespace worker::api
