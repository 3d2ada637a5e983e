// Script: everything one hostile connection is going to do, decided before it is opened. A value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace fuzz {

enum class Parting : std::uint8_t {
  at_once,      ///< closes as soon as all is sent, whatever comes back
  half_closed,  ///< says that it sends no more, and reads
  reading,      ///< reads until the peer closes or its patience ends
  silent,       ///< neither sends more nor reads until its patience ends
};

struct Script {
  std::string bytes;
  Parting parting = Parting::at_once;
  /// How long it stays after the last byte.
  std::chrono::milliseconds patience{0};
};

/// The script of connection `number`: depends on nothing but the two arguments.
Script make_script(std::uint64_t seed, std::uint64_t number);

}  // namespace fuzz
