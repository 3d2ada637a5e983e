#include "probe/report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "client/address.hpp"

namespace worker::probe {
namespace {

using Json = nlohmann::ordered_json;

std::string_view sign(Mark mark) {
  switch (mark) {
    case Mark::ok:
      return "✓";
    case Mark::wrong:
      return "✗";
    case Mark::unchecked:
      break;
  }
  return "–";
}

std::string_view word(Mark mark) {
  switch (mark) {
    case Mark::ok:
      return "ok";
    case Mark::wrong:
      return "wrong";
    case Mark::unchecked:
      break;
  }
  return "unchecked";
}

}  // namespace

std::string table(const std::string& url, const Rows& rows) {
  std::string text = fmt::format("{}\n\n", client::shown(url));
  for (const auto& row : rows.all()) {
    fmt::format_to(std::back_inserter(text), "{} {:<18} {}", sign(row.mark), name_of(row.check).title,
                   row.found);
    // Not where the sentence is about the time itself.
    if (row.time && row.mark == Mark::ok && row.check < Check::redirects)
      fmt::format_to(std::back_inserter(text), ", {} ms", row.time->count());
    text += '\n';
    for (const auto& change : row.changes)
      fmt::format_to(std::back_inserter(text), "  {:<18} → {}: {}\n", "", change.file, change.line);
  }
  return text;
}

std::string json(const std::string& url, const std::string& final_url, const Rows& rows,
                 std::chrono::milliseconds took) {
  auto list = Json::array();
  for (const auto& row : rows.all()) {
    auto changes = Json::array();
    for (const auto& [file, line] : row.changes) changes.push_back({{"file", file}, {"line", line}});
    Json each = {{"check", name_of(row.check).id}, {"result", word(row.mark)}, {"found", row.found}};
    if (row.time) each["milliseconds"] = row.time->count();
    if (row.mark == Mark::wrong) each["changes"] = std::move(changes);
    list.push_back(std::move(each));
  }
  const Json all = {{"version", 1},
                    {"url", client::shown(url)},
                    {"final_url", client::shown(final_url)},
                    {"ok", !rows.any_wrong()},
                    {"milliseconds", took.count()},
                    {"checks", std::move(list)}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace worker::probe
