#include "metrics/histogram_snapshot.hpp"

#include <numeric>

namespace worker::metrics {

std::uint64_t HistogramSnapshot::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

HistogramSnapshot HistogramSnapshot::since(const HistogramSnapshot& before) const {
  auto news = *this;
  for (std::size_t i = 0; i < counts.size() && i < before.counts.size(); ++i)
    news.counts[i] -= before.counts[i];
  news.sum -= before.sum;
  return news;
}

std::optional<double> HistogramSnapshot::mean() const {
  const auto all = count();
  if (all == 0) return std::nullopt;
  return static_cast<double>(sum) / static_cast<double>(all);
}

std::optional<double> HistogramSnapshot::quantile(double part) const {
  const auto rank = part * static_cast<double>(count());
  if (count() == 0) return std::nullopt;
  double below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto here = static_cast<double>(counts[i]);
    if (below + here >= rank && here > 0) {
      const auto from = i == 0 ? 0.0 : static_cast<double>(bounds[i - 1]);
      return from + (static_cast<double>(bounds[i]) - from) * (rank - below) / here;
    }
    below += here;
  }
  return static_cast<double>(bounds.back());
}

}  // namespace worker::metrics
