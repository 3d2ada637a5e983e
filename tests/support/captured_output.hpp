// CapturedOutput: for its life, what the program says through std::cout and std::cerr comes here.
#pragma once

#include <iostream>
#include <sstream>
#include <string>

namespace worker::support {

class CapturedOutput {
 public:
  CapturedOutput() : cout_(std::cout.rdbuf(out_.rdbuf())), cerr_(std::cerr.rdbuf(err_.rdbuf())) {}
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;
  ~CapturedOutput() {
    std::cout.rdbuf(cout_);
    std::cerr.rdbuf(cerr_);
  }

  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

 private:
  std::ostringstream out_;
  std::ostringstream err_;
  std::streambuf* cout_;
  std::streambuf* cerr_;
};

}  // namespace worker::support
