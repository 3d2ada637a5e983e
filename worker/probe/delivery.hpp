// Delivery: when events came, beside when they were published. Pure.
#pragma once

#include <chrono>

#include "probe/observations.hpp"

namespace worker::probe {

struct Delivery {
  enum class Kind {
    at_once,
    late,           // each waits a moment, the same for all
    with_the_next,  // each waits for the next one
    at_the_end,     // all wait for the end of the stream
    held,           // some came together, or none before the probe left
    twice,
    unknown,  // too few events to say
  };
  Kind kind = Kind::unknown;
  std::chrono::nanoseconds longest{0};  // that one waited
  int events = 0;
};

/// What is not published by the probe is the greeting stream, whose events say when they were made.
Delivery delivery_of(const EventsSeen& seen);

}  // namespace worker::probe
