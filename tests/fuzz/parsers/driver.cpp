// Runs a fuzzed function without libFuzzer: driver COUNT FOLDER... takes each file of the folders as it is,
// and COUNT changed copies of each. The same in every run.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string changed(std::string bytes, fuzz::Random& random) {
  for (auto changes = 1 + random.below(4); changes > 0; --changes) {
    const auto at = bytes.empty() ? 0 : random.below(bytes.size());
    switch (random.below(4)) {
      case 0:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), static_cast<char>(random.byte()));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random.byte());
        break;
      case 2:
        bytes.erase(at, random.below(16));
        break;
      default:
        bytes.insert(at, bytes.substr(at, random.below(64)));
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: driver COUNT FOLDER...\n", stderr);
    return 2;
  }
  const long count = std::atol(argv[1]);
  std::vector<std::filesystem::path> files;
  for (int i = 2; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  fuzz::Random random(1);
  run("");
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    run(bytes);
    for (long i = 0; i < count; ++i) run(changed(bytes, random));
  }
  std::printf("%zu files, %ld changed copies of each\n", files.size(), count);
  return files.empty() ? 1 : 0;
}
