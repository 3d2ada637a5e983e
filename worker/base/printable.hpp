// Shown: text from outside, made fit to be quoted in a sentence. Every refusal that repeats a piece of a
// request takes it from here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace worker::base {

/// At most `bytes_max` bytes of `text`, cut between characters and then with `…` behind them. Control
/// characters, bytes that are not UTF-8 and characters that change the direction of writing become `\x1f`,
/// `\xff` and `\u202e`, so that a terminal or a log shows them and does not obey them.
std::string printable(std::string_view text, std::size_t bytes_max = 64);

}  // namespace worker::base
