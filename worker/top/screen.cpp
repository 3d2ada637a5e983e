#include "top/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace worker::top {
namespace {

// 1,234,567
std::string grouped(double value) {
  auto text = fmt::format("{:.0f}", value);
  constexpr int group = 3;
  const int first = text.starts_with('-') ? 1 : 0;
  for (int at = static_cast<int>(text.size()) - group; at > first; at -= group)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string per_second(double value) {
  constexpr double whole_from = 100;
  return value < whole_from ? fmt::format("{:.1f}/s", value) : grouped(value) + "/s";
}

std::string bytes(double value) {
  constexpr std::array<const char*, 5> units = {"B", "KB", "MB", "GB", "TB"};
  constexpr double step = 1000;
  std::size_t unit = 0;
  while (value >= step && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", value) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string seconds(double value) {
  constexpr double thousand = 1000;
  return value < 1 ? fmt::format("{:.2f} ms", value * thousand) : fmt::format("{:.2f} s", value);
}

std::string quantiles_text(const std::optional<Quantiles>& quantiles) {
  if (!quantiles) return "-";
  return fmt::format("p50 {}, p99 {}", seconds(quantiles->p50), seconds(quantiles->p99));
}

std::string bars(const std::deque<double>& values, std::size_t width) {
  constexpr std::array<std::string_view, 8> levels = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto first = values.size() > width ? values.size() - width : 0;
  double most = 1;
  for (auto i = first; i < values.size(); ++i) most = std::max(most, values[i]);
  std::string text;
  for (auto i = first; i < values.size(); ++i) {
    const auto level =
        static_cast<std::size_t>(std::lround(values[i] / most * static_cast<double>(levels.size() - 1)));
    text += values[i] <= 0 ? " " : levels[std::min(level, levels.size() - 1)];
  }
  return text;
}

// At most so many characters, whole ones; the texts here are printable UTF-8.
std::string cut(std::string text, std::size_t columns) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (begins && count++ == columns) return text.substr(0, at);
  }
  return text;
}

std::string row(const char* name, const std::string& text) { return fmt::format("{:<12}{}", name, text); }

std::string ages_text(const Figures& figures) {
  std::string text;
  for (std::size_t i = 0; i < age_names.size(); ++i)
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", grouped(figures.ages[i]), age_names[i]);
  return text;
}

void append_busiest(std::vector<std::string>& lines, const Figures& figures) {
  for (const auto& [topic, rate] : figures.busiest)
    lines.push_back(row(&figures.busiest.front().topic == &topic ? "busiest" : "",
                        fmt::format("{:>10}  {}", per_second(rate), topic)));
}

std::vector<std::string> figure_lines(const View& view, std::size_t columns) {
  const auto& figures = *view.figures;
  const auto rates = figures.rates.value_or(Rates{});
  constexpr std::size_t name_width = 12;
  const auto width = columns > name_width ? columns - name_width : 1;
  constexpr double hundred = 100;
  const auto used = figures.streams_max > 0 ? figures.streams / figures.streams_max * hundred : 0;
  std::vector<std::string> lines = {
      row("streams", fmt::format("{} of {} ({:.1f} %), from {} addresses", grouped(figures.streams),
                                 grouped(figures.streams_max), used, grouped(figures.addresses))),
      row("age", ages_text(figures)),
      row("published", per_second(rates.published)),
      row("", bars(view.published, width)),
      row("delivered", fmt::format("{}, {}/s", per_second(rates.delivered), bytes(rates.delivered_bytes))),
      row("", bars(view.delivered, width)),
      row("slow", fmt::format("{} readers closed, {} gaps told", grouped(figures.stalled_closes),
                              grouped(figures.gaps))),
      row("waiting",
          fmt::format("{} in the worker for {} connections, {} in sockets", bytes(figures.outbox_bytes),
                      grouped(figures.outboxes), bytes(figures.unread_bytes))),
      row("refused",
          fmt::format("{} events, {} times a limit", grouped(figures.rejected), grouped(figures.limits))),
      row("publish", quantiles_text(rates.publish)),
      row("delivery", quantiles_text(rates.delivery)),
      row("loop lag", quantiles_text(rates.loop_lag)),
      row("history",
          fmt::format("{} events, {}", grouped(figures.history_events), bytes(figures.history_bytes))),
      row("store", view.store),
      row("memory", fmt::format("{}, {:.2f} cores", bytes(figures.memory_bytes), rates.cpu_cores))};
  append_busiest(lines, figures);
  return lines;
}

}  // namespace

void View::add(Figures next) {
  const auto append = [](std::deque<double>& values, double value) {
    values.push_back(value);
    if (values.size() > seconds_max) values.pop_front();
  };
  if (next.rates) {
    append(delivered, next.rates->delivered);
    append(published, next.rates->published);
  }
  figures = std::move(next);
}

std::vector<std::string> screen(const View& view, std::size_t rows, std::size_t columns) {
  std::vector<std::string> lines = {
      fmt::format("sse-worker top  {}  {}", view.address, view.figures ? view.figures->time : ""),
      view.state};
  if (view.figures)
    for (auto& each : figure_lines(view, columns)) lines.push_back(std::move(each));
  if (lines.size() > rows) lines.resize(rows);
  for (auto& each : lines) each = cut(std::move(each), columns);
  return lines;
}

std::string line(const View& view) {
  const auto& figures = *view.figures;
  const auto rates = figures.rates.value_or(Rates{});
  const auto p99 = [](const auto& quantiles) {
    return quantiles ? fmt::format("{:.6f}", quantiles->p99) : std::string("-");
  };
  return fmt::format(
      "time={} streams={:.0f} published_per_second={:.1f} delivered_per_second={:.1f} stalled_closes={:.0f} "
      "gaps={:.0f} limits={:.0f} delivery_p99_seconds={} loop_lag_p99_seconds={} outbox_bytes={:.0f} "
      "history_bytes={:.0f} memory_bytes={:.0f} "
      "store=\"{}\"",
      figures.time, figures.streams, rates.published, rates.delivered, figures.stalled_closes, figures.gaps,
      figures.limits, p99(rates.delivery), p99(rates.loop_lag), figures.outbox_bytes, figures.history_bytes,
      figures.memory_bytes, view.store);
}

}  // namespace worker::top
