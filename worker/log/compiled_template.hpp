// Compiled: what all copies of a template share. Never changes.
#pragma once

#include <re2/re2.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "log/template.hpp"

namespace worker::log {

struct Template::Compiled {
  explicit Compiled(std::shared_ptr<std::atomic<std::size_t>> counter) : in_use(std::move(counter)) {
    ++*in_use;
  }
  Compiled(const Compiled&) = delete;
  ~Compiled() { --*in_use; }
  bool matches_between(std::string_view middle) const;

  /// How many there are.
  const std::shared_ptr<std::atomic<std::size_t>> in_use;
  Kind kind{};
  std::string text;
  std::vector<std::string> literals;
  /// Matches what is between the first literal and the last one. Null: the text stands for itself alone.
  std::shared_ptr<const re2::RE2> between{};
  /// One for each expression. Templates share these, so a few of them serve all.
  std::vector<std::shared_ptr<const re2::RE2>> expressions{};
  /// Of a URL pattern: what each component must be, as a text or, where there is one, as an expression.
  struct Component {
    std::string text{};
    std::shared_ptr<const re2::RE2> expression{};
    bool anything = false;
  };
  std::array<Component, url_components> components{};
  std::shared_ptr<const TopicUrl> base{};
};

}  // namespace worker::log
