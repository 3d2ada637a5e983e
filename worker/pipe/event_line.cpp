#include "pipe/event_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <random>

#include "base/utf8.hpp"
#include "pipe/valid_text.hpp"

namespace worker::pipe {
namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// `text` is UTF-8. Most lines have nothing to escape, so runs are copied as they are.
void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto* const end = std::ranges::find_if(text, needs_escape);
    const auto plain = static_cast<std::size_t>(end - text.begin());
    out += text.substr(0, plain);
    if (plain == text.size()) return;
    if (text[plain] == '"' || text[plain] == '\\') {
      out.push_back('\\');
      out.push_back(text[plain]);
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(text[plain]));
    }
    text.remove_prefix(plain + 1);
  }
}

}  // namespace

EventLines::EventLines(std::string_view run) : id_prefix_(fmt::format("pipe-{}-", run)) {}

std::string EventLines::event(std::uint64_t number, std::string_view text) const {
  std::string line;
  constexpr std::size_t around = 64;
  line.reserve(text.size() + around);
  line += R"({"data":")";
  if (base::is_utf8(text)) {
    append_escaped(line, text);
  } else {
    append_escaped(line, valid_text(text));
  }
  fmt::format_to(std::back_inserter(line), "\",\"id\":\"{}{}\"}}\n", id_prefix_, number);
  return line;
}

std::string EventLines::close() const {
  return fmt::format("{{\"close\":true,\"id\":\"{}close\"}}\n", id_prefix_);
}

std::string random_run() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace worker::pipe
