#include "api/publish/stream_parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <random>

#include "api/publish/draft_builder.hpp"
#include "api/request/request_body.hpp"
#include "base/closest_match.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

using Format = StreamParameters::Format;

constexpr std::array<std::string_view, 11> names = {"topic", "event", "key",   "private", "retry",  "split",
                                                    "ids",   "close", "abort", "writer",  "answers"};

// One of `words`, by its position.
std::size_t choice(std::string_view name, std::string_view value,
                   std::initializer_list<std::string_view> words) {
  const auto* const found = std::ranges::find(words, value);
  if (found == words.end())
    throw InvalidRequest(fmt::format("{}: must be {}", name, fmt::join(words, " or ")));
  return static_cast<std::size_t>(found - words.begin());
}

std::string random_prefix() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}-", device(), device());
}

// Collects the parameters. Throws InvalidRequest.
class Reader {
 public:
  explicit Reader(const PublishSettings& settings) : settings_(settings), defaults_(settings) {}

  void read(std::string_view name, std::string_view value) {
    if (name == "topic") return defaults_.add_topic(value);
    if (std::ranges::find(names, name) == names.end()) return check_unknown(name);
    if (seen(name)) throw InvalidRequest(fmt::format("{}: is given twice", name));
    seen_.emplace_back(name);
    if (name == "event" || name == "key" || name == "private" || name == "retry") {
      const auto field = field_named(name);
      defaults_.begin(field);
      defaults_.set(field, std::string(value));
    } else if (name == "split") {
      split_ = choice(name, value, {"line", "chunk"});
    } else if (name == "ids") {
      parameters_.ids = static_cast<StreamParameters::Ids>(choice(name, value, {"keep", "unique", "none"}));
    } else if (name == "answers") {
      parameters_.answers =
          static_cast<StreamParameters::Answers>(choice(name, value, {"auto", "all", "errors"}));
    } else if (name == "close") {
      parameters_.close_topics = choice(name, value, {"0", "1"}) == 1;
    } else if (name == "abort") {
      parameters_.abort_type = std::make_shared<const std::string>(type_of_abort(value));
    } else {
      const bool prints = base::is_utf8(value) && !base::has_control(value);
      if (value.empty() || value.size() > writer_bytes_max || !prints)
        throw InvalidRequest(
            fmt::format("writer: must be a name of 1 to {} printable characters", writer_bytes_max));
      parameters_.writer = std::make_shared<const std::string>(value);
    }
  }

  StreamParameters finish(std::optional<Format> format) {
    parameters_.defaults = defaults_.finish_defaults();
    if (format == Format::guessed && split_) format = Format::text_lines;
    if (format == Format::guessed && parameters_.ids != StreamParameters::Ids::keep)
      format = Format::event_stream;
    if (parameters_.defaults.topics.empty()) check_needs_no_topic(format);
    if (split_ && format != Format::text_lines)
      throw InvalidRequest("split: goes with Content-Type: text/plain");
    parameters_.format = format.value_or(Format::ndjson);
    if (split_ == 1U) parameters_.format = Format::text_chunks;
    if (parameters_.ids != StreamParameters::Ids::keep && format != Format::event_stream)
      throw InvalidRequest("ids: goes with Content-Type: text/event-stream");
    using Answers = StreamParameters::Answers;
    if (!seen("answers") && parameters_.format != Format::ndjson) parameters_.answers = Answers::errors;
    if (parameters_.ids == StreamParameters::Ids::unique)
      parameters_.id_prefix = std::make_shared<const std::string>(random_prefix());
    return std::move(parameters_);
  }

 private:
  bool seen(std::string_view name) const { return std::ranges::find(seen_, name) != seen_.end(); }

  static constexpr std::size_t writer_bytes_max = 128;

  // Other parameters may belong to the web server or to the application. One that resembles ours is refused,
  // because it would be ignored without notice.
  static void check_unknown(std::string_view name) {
    if (name == "data" || name == "id")
      throw InvalidRequest(fmt::format("{}: must be in the body, not in the URL", name));
    if (const auto meant = base::closest_match(name, names))
      throw InvalidRequest(fmt::format("{}: is not a parameter; did you mean {}? There are {}",
                                       base::printable(name), *meant, fmt::join(names, ", ")));
  }

  // Checked as the type of any event is.
  std::string type_of_abort(std::string_view value) const {
    if (value.empty()) throw InvalidRequest("abort: must be the type of an event");
    try {
      DraftBuilder(settings_).set(Field::event, std::string(value));
    } catch (const InvalidRequest& mistake) {
      throw InvalidRequest("abort" + mistake.detail.substr(mistake.detail.find(':')));
    }
    return std::string(value);
  }

  void check_needs_no_topic(std::optional<Format> format) const {
    if (format == Format::event_stream || format == Format::text_lines)
      throw InvalidRequest("topic: is missing; a body of this type has none, so it must be in the URL");
    for (const std::string_view name : {"close", "abort", "writer"}) {
      if (seen(name)) throw InvalidRequest(fmt::format("{}: needs a topic beside it", name));
    }
  }

  const PublishSettings& settings_;
  DraftBuilder defaults_;
  StreamParameters parameters_;
  std::vector<std::string> seen_;
  std::optional<std::size_t> split_;
};

constexpr std::string_view types =
    "application/x-ndjson (one JSON object a line), text/event-stream or text/plain";

std::optional<Format> format_of(std::string_view type) {
  if (type.empty()) return Format::guessed;
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl")
    return Format::ndjson;
  if (type == "text/event-stream") return Format::event_stream;
  if (type == "text/plain") return Format::text_lines;
  return std::nullopt;
}

}  // namespace

std::string StreamParameters::id_of(std::string id) const {
  if (id.empty() || ids == Ids::none) return {};
  return ids == Ids::unique ? *id_prefix + id : std::move(id);
}

base::Result<StreamParameters, http::Response> stream_parameters(const http::Request& request,
                                                                 const PublishSettings& settings) {
  if (const auto plain = plain_body(request); !plain) return base::failure(plain.error());
  const auto type = media_type(request);
  const auto format = format_of(type);
  if (!format) {
    return base::failure(http::problem(
        415, fmt::format("Content-Type: a publish stream is {}; send single events to /publish", types)));
  }
  try {
    Reader reader(settings);
    for (const auto& [name, value] : request.query.pairs()) reader.read(name, value);
    return reader.finish(format);
  } catch (const InvalidRequest& mistake) {
    return base::failure(http::problem(mistake.status, mistake.detail));
  }
}

base::Result<StreamParameters, std::string> stream_parameters(const http::Query& members,
                                                              const PublishSettings& settings) {
  try {
    Reader reader(settings);
    for (const auto& [name, value] : members.pairs()) reader.read(name, value);
    return reader.finish(std::nullopt);
  } catch (const InvalidRequest& mistake) {
    return base::failure(mistake.detail);
  }
}

}  // namespace worker::api
