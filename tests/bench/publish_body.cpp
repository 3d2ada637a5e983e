#include "publish_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "topics.hpp"

namespace sse::bench {

PublishBody::PublishBody(const std::vector<std::string>& topics, std::size_t data_size, PublishAs as,
                         bool names_topics)
    : as_(as) {
  for (const std::string& topic : topics) {
    const std::string named = fmt::format(R"("topic":{},)", nlohmann::json(topic).dump());
    beginnings_.push_back(as == PublishAs::raw ? topic_query({topic})
                                               : fmt::format(R"({{{}"data":")", names_topics ? named : ""));
  }
  ending_.assign(std::max(data_size, stamp_size) - stamp_size, '.');
  if (as != PublishAs::raw) ending_ += "\"}\n";
}

void PublishBody::append(std::size_t topic, const Stamp& stamp) {
  (as_ == PublishAs::raw ? query_ : text_) += beginnings_[topic];
  append_stamp(text_, stamp);
  text_ += ending_;
  ++events_;
}

std::string_view PublishBody::content_type() const noexcept {
  if (as_ == PublishAs::raw) return "text/plain";
  return events_ == 1 ? "application/json" : "application/x-ndjson";
}

void PublishBody::clear() noexcept {
  text_.clear();
  query_.clear();
  events_ = 0;
}

bool is_about_event(std::string_view line) noexcept {
  return line.starts_with(R"({"id":)") || line.starts_with(R"({"error":)");
}

bool says_kept(std::string_view line) noexcept {
  return line.starts_with(R"({"id":")") && line.ends_with("\"}");
}

std::vector<bool> read_publish_answer(std::string_view body, std::size_t events) {
  std::vector<bool> kept(events, false);
  for (std::size_t event = 0; event < events && !body.empty(); ++event) {
    const std::string_view line = body.substr(0, body.find('\n'));
    kept[event] = says_kept(line);
    body.remove_prefix(std::min(line.size() + 1, body.size()));
  }
  return kept;
}

}  // namespace sse::bench
