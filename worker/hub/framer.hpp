// Framer: joins the frames of events into bytes that can be sent to any client as they are. Loop thread only.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "log/entry.hpp"

namespace worker::hub {

/// Makes payload into bytes that can be sent to any client.
using Framing = std::function<base::Bytes(std::string_view payload)>;

class Framer {
 public:
  explicit Framer(Framing framing) : framing_(std::move(framing)) {}

  base::Bytes framed(std::string_view payload) const { return framing_(payload); }
  base::Bytes framed(std::span<const log::EntryPtr> entries) const {
    if (entries.size() == 1) return framing_(entries.front()->frame());
    std::size_t size = 0;
    for (const auto& entry : entries) size += entry->frame().size();
    std::string payload;
    payload.reserve(size);
    for (const auto& entry : entries) payload += entry->frame();
    return framing_(payload);
  }

 private:
  const Framing framing_;
};

}  // namespace worker::hub
