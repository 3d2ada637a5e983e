// Feeds an Intake the way a socket does: in pieces of any size, starting over after each complete request.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "fcgi/intake.hpp"

namespace worker::fcgi {

inline constexpr Intake::Limits wide{.head_bytes_max = 1'000'000, .body_bytes_max = 1'000'000};

/// What an Intake made of the bytes, as text that can be compared: one line per request, and then how it
/// ended. What came after an end other than a request is not fed.
class Feed {
 public:
  explicit Feed(Intake::Limits limits = wide) : limits_(limits) {}

  void take(std::string_view bytes) {
    while (!bytes.empty() && !ended_) {
      if (!intake_) intake_.emplace(limits_);
      const auto progress = intake_->take(bytes);
      if (!progress) {
        end(fmt::format("refused: {}", name_of(progress.error())));
      } else if (progress.value() == Intake::Progress::request) {
        said_ +=
            fmt::format("request {}{} params {} body {}\n", intake_->request_id(),
                        intake_->keep_connection() ? " keep" : "", intake_->params(), intake_->take_body());
        intake_.reset();
      } else if (progress.value() != Intake::Progress::more) {
        end(progress.value() == Intake::Progress::aborted          ? "aborted"
            : progress.value() == Intake::Progress::head_too_large ? "head too large"
                                                                   : "body too large");
      }
    }
  }
  std::string said() const { return said_ + (ended_ ? "" : intake_ ? "more" : "idle"); }

 private:
  void end(const std::string& how) {
    said_ += how;
    ended_ = true;
  }

  const Intake::Limits limits_;
  std::optional<Intake> intake_;
  std::string said_;
  bool ended_ = false;
};

inline std::string fed(std::string_view bytes, Intake::Limits limits = wide) {
  Feed feed(limits);
  feed.take(bytes);
  return feed.said();
}

inline std::string fed_byte_by_byte(std::string_view bytes, Intake::Limits limits = wide) {
  Feed feed(limits);
  for (std::size_t i = 0; i < bytes.size(); ++i) feed.take(bytes.substr(i, 1));
  return feed.said();
}

/// The first split at which the outcome is another than that of the whole; npos where there is none.
inline std::size_t differing_split(std::string_view bytes, Intake::Limits limits = wide) {
  const auto whole = fed(bytes, limits);
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    Feed feed(limits);
    feed.take(bytes.substr(0, i));
    feed.take(bytes.substr(i));
    if (feed.said() != whole) return i;
  }
  return fed_byte_by_byte(bytes, limits) == whole ? std::string::npos : bytes.size() + 1;
}

}  // namespace worker::fcgi
