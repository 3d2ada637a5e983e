// Screen: figures as text. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "top/figures.hpp"

namespace worker::top {

/// All that is shown.
struct View {
  /// Of the bars, one each second.
  static constexpr std::size_t seconds_max = 400;

  std::string address{};  // printable
  std::string state{};    // what is wrong with the connection; empty for nothing
  std::optional<Figures> figures{};
  std::string store = "unknown";
  std::deque<double> delivered{}, published{};  // per second, the newest last

  void add(Figures next);
};

/// Lines of at most `columns` characters, `rows` at most.
std::vector<std::string> screen(const View& view, std::size_t rows, std::size_t columns);

/// The figures in one line, as `name=value`.
std::string line(const View& view);

}  // namespace worker::top
