// Terminal: the screen that the figures fill, and the keys. Owns the state of the terminal: whatever way it
// is left, the terminal is as it was. One thread.
#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <vector>

namespace worker::top {

class Terminal {
 public:
  struct Size {
    std::size_t rows, columns;
  };

  /// Both standard input and output are one.
  static bool is_there();

  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  static Size size();
  static void draw(const std::vector<std::string>& lines);
  /// The key q, or Ctrl-C where the terminal sends no signal for it.
  static bool is_asked_to_end();
  /// As it was, until continue_() draws again: for Ctrl-Z.
  void leave();
  void enter();

 private:
  termios before_{};
  bool is_entered_ = false;
};

}  // namespace worker::top
