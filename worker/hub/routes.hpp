// Routes: which cohorts have subscribed to a topic. Loop thread only; borrows the cohorts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hub/template_routes.hpp"
#include "log/subscription.hpp"
#include "log/topic.hpp"

namespace worker::hub {

class Cohort;

class Routes {
 public:
  void add(Cohort& cohort, const log::Subscription& subscription);
  void remove(Cohort& cohort, const log::Subscription& subscription);

  /// Calls `visit(cohort)` for each cohort that asked for `topic`, by its name, by a pattern or by a
  /// template; several times, where it asked in several ways. Costs one look-up for the name and one for each
  /// of its slashes, however many patterns there are; and where there are templates, what TemplateRoutes
  /// says.
  template <class Visit>
  void each(std::string_view topic, const Visit& visit) const {
    visit_all(by_name_, topic, visit);
    if (by_template_) by_template_->each(topic, visit);
    if (by_url_pattern_) by_url_pattern_->each_by_url(topic, visit);
    // No pattern matches what is reserved.
    if (by_prefix_.empty() || log::is_reserved(topic)) return;
    // A pattern's prefix is empty or ends with a slash.
    visit_all(by_prefix_, {}, visit);
    for (auto slash = topic.find('/'); slash != std::string_view::npos; slash = topic.find('/', slash + 1)) {
      visit_all(by_prefix_, topic.substr(0, slash + 1), visit);
    }
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Table = std::unordered_map<std::string, std::vector<Cohort*>, Hash, std::equal_to<>>;

  std::unique_ptr<TemplateRoutes>& routes_for(const log::Template& each) {
    return each.kind() == log::Template::Kind::url_pattern ? by_url_pattern_ : by_template_;
  }
  static void remove(Table& table, const std::string& key, const Cohort& cohort);

  template <class Visit>
  static void visit_all(const Table& table, std::string_view key, const Visit& visit) {
    const auto found = table.find(key);
    if (found == table.end()) return;
    for (auto* cohort : found->second) visit(*cohort);
  }

  Table by_name_;
  Table by_prefix_;
  // Null while there is none.
  std::unique_ptr<TemplateRoutes> by_template_, by_url_pattern_;
};

}  // namespace worker::hub
