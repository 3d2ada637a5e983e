#include "post_connection.hpp"

#include <optional>

namespace sse::bench {

void PostConnection::post(std::string_view request) {
  response_ = {};
  body_.clear();
  under_way_ = true;
  transport_.is_open() ? transport_.write(request) : transport_.open(target_, std::nullopt, request);
}

void PostConnection::on_received(std::string_view bytes) {
  if (!under_way_) return transport_.close();  // an answer to nothing
  response_.feed(bytes);
  for (auto piece = response_.next(); !piece.empty(); piece = response_.next()) body_ += piece;
  if (response_.failed()) return fail(Ending::bad_response);
  if (response_.finished()) succeed();
}

// Between two requests the server may close as it likes.
void PostConnection::on_closed() {
  if (!under_way_) return;
  if (response_.has_head() && response_.whole_at_close()) return succeed();
  fail(response_.has_head() ? Ending::cut_body : Ending::reset);
}

void PostConnection::on_failed(Ending ending) {
  if (under_way_) fail(ending);
}

void PostConnection::succeed() {
  under_way_ = false;
  if (!response_.keeps_connection() || !response_.finished()) transport_.close();
  owner_.on_answer(*this, response_.status(), body_);
}

void PostConnection::fail(Ending ending) {
  under_way_ = false;
  transport_.close();
  owner_.on_failure(*this, ending);
}

}  // namespace sse::bench
