// ParsedCommandLine: what the parser of a program's command line made of words, and what it printed.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/captured_output.hpp"

namespace worker::support {

template <class Options>
struct ParsedCommandLine {
  std::variant<Options, int> result;
  std::string out;
  std::string err;

  const Options& options() const { return std::get<Options>(result); }
  int status() const { return std::get<int>(result); }
};

/// `words` come after the name of the program.
template <class Options>
ParsedCommandLine<Options> parsed(std::variant<Options, int> (*parse)(int, char**), std::string program,
                                  std::vector<std::string> words) {
  words.insert(words.begin(), std::move(program));
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const CapturedOutput output;
  auto result = parse(static_cast<int>(words.size()), argv.data());
  return {std::move(result), output.out(), output.err()};
}

}  // namespace worker::support
