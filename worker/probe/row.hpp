// Row: one line of what the probe has found. Values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace worker::probe {

/// In the order in which they are printed.
enum class Check {
  name,
  connection,
  tls,
  redirects,
  worker,
  version,
  http_1_0,
  http_1_1,
  http_2,
  status,
  type,
  first_byte,
  compression,
  caching,
  accel_buffering,
  publish,
  events,
  cursor_header,
  cursor_parameter,
  resume,
  preflight,
  origin,
  idle,
  heartbeats,
};

/// The name of a check in JSON, which stays as it is, and what people read.
struct CheckName {
  std::string_view id;
  std::string_view title;
};
CheckName name_of(Check check);

enum class Mark { ok, wrong, unchecked };

/// A line to change, and in which file.
struct Change {
  std::string file;
  std::string line;

  bool operator==(const Change&) const = default;
};

struct Row {
  Check check;
  Mark mark;
  std::string found;  // printable; for an unchecked one the reason
  std::vector<Change> changes{};
  std::optional<std::chrono::milliseconds> time{};
};

class Rows {
 public:
  void ok(Check check, std::string found, std::optional<std::chrono::milliseconds> time = std::nullopt) {
    all_.push_back({check, Mark::ok, std::move(found), {}, time});
  }
  void wrong(Check check, std::string found, std::vector<Change> changes,
             std::optional<std::chrono::milliseconds> time = std::nullopt) {
    all_.push_back({check, Mark::wrong, std::move(found), std::move(changes), time});
  }
  void unchecked(Check check, std::string reason) {
    all_.push_back({check, Mark::unchecked, std::move(reason)});
  }

  const std::vector<Row>& all() const { return all_; }
  bool any_wrong() const;

 private:
  std::vector<Row> all_;
};

}  // namespace worker::probe
