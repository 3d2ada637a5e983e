#include "pipe/answer.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/printable.hpp"

namespace worker::pipe {
namespace {

using Json = nlohmann::json;

// No answer is longer; an endless line is from something else.
constexpr std::size_t line_bytes_max = 65'536;

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The reason of a refused event begins with its place in the body of this connection, such as "line 3: ".
// None where `error` is about the whole stream.
std::optional<std::string> reason_of(const std::string& error) {
  constexpr std::string_view beginning = "line ";
  if (!error.starts_with(beginning)) return std::nullopt;
  const auto end = error.find_first_not_of("0123456789", beginning.size());
  if (end == std::string::npos || end == beginning.size() || !error.substr(end).starts_with(": "))
    return std::nullopt;
  return error.substr(end + 2);
}

Answer refusal(const Json& line) {
  const auto error = text_of(line, "error");
  const auto reason = reason_of(error);
  if (!reason) return {.kind = Answer::Kind::denied, .text = error};
  const auto retry = line.find("retry");
  const bool may_retry = retry != line.end() && retry->is_boolean() && retry->get<bool>();
  return {.kind = may_retry ? Answer::Kind::postponed : Answer::Kind::refused, .text = *reason};
}

Answer end_of(const Json& end) {
  constexpr std::array<std::string_view, 5> reasons = {"drain", "fenced", "revoked", "expired", "idle"};
  Answer answer{.kind = Answer::Kind::end, .text = text_of(end, "reason"), .writer = text_of(end, "writer")};
  const auto* const found = std::ranges::find(reasons, answer.text);
  answer.end = static_cast<Answer::End>(found - reasons.begin());
  const auto retry = end.find("retryMs");
  constexpr std::int64_t longest = 3'600'000;
  if (retry != end.end() && retry->is_number_integer())
    answer.retry =
        std::chrono::milliseconds(std::clamp<std::int64_t>(retry->get<std::int64_t>(), 0, longest));
  return answer;
}

// None for a line that says nothing new.
std::optional<Answer> answer_of(std::string_view line) {
  // Nearly all of them; their ids are known.
  if (line.starts_with(R"({"id":)")) return Answer{.kind = Answer::Kind::stored};
  const auto json = Json::parse(line, nullptr, false);
  if (json.is_object() && json.contains("error")) return refusal(json);
  if (json.is_object() && json.contains("stop") && json["stop"].is_object())
    return Answer{.kind = Answer::Kind::stop, .text = text_of(json["stop"], "topic")};
  if (json.is_object() && json.contains("end") && json["end"].is_object()) return end_of(json["end"]);
  if (json.is_object() && json.contains("stored")) {
    if (json["stored"] == 0) return std::nullopt;
    if (json["stored"] == 1) return Answer{.kind = Answer::Kind::stored};
  }
  return Answer{.kind = Answer::Kind::foreign, .text = base::printable(line)};
}

}  // namespace

void AnswerReader::take(std::string_view bytes) {
  bytes_.erase(0, std::exchange(at_, 0));
  bytes_ += bytes;
}

std::optional<Answer> AnswerReader::next() {
  auto rest = std::string_view(bytes_).substr(at_);
  for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
    at_ += end + 1;
    if (auto answer = answer_of(rest.substr(0, end))) return answer;
    rest.remove_prefix(end + 1);
  }
  if (rest.size() <= line_bytes_max) return std::nullopt;
  at_ = bytes_.size();
  return Answer{.kind = Answer::Kind::foreign, .text = base::printable(rest)};
}

}  // namespace worker::pipe
