// FastCGI records from a web server, or from whoever reaches the socket. However the bytes are cut, the same
// requests come out.
#include <string>

#include "fcgi/pairs.hpp"
#include "fcgi/request_reader.hpp"
#include "piece.hpp"

namespace {

using worker::fcgi::RequestReader;
using Progress = RequestReader::Progress;

/// What the reader made of the bytes, as text.
class Reading {
 public:
  void take(std::string_view bytes) {
    while (!over_ && !bytes.empty()) {
      const auto before = bytes.size();
      const auto progress = reader_.take(bytes);
      fuzz::require(bytes.size() <= before, "bytes are taken from the front");
      if (!progress) {
        seen_ += "refused ";
        over_ = true;
        return;
      }
      note(progress.value());
      if (progress.value() == Progress::more) fuzz::require(bytes.empty(), "`more` takes all bytes");
    }
  }
  const std::string& seen() const { return seen_; }

 private:
  void note(Progress progress) {
    switch (progress) {
      case Progress::more:
        return;
      case Progress::head:
        seen_ += "head " + reader_.params() + " ";
        fuzz::require(worker::fcgi::params_well_formed(reader_.params()), "a head is well formed");
        return;
      case Progress::request:
        seen_ += "request " + reader_.take_body() + " ";
        reader_.release();
        over_ = true;
        return;
      default:
        seen_ += "other " + std::to_string(static_cast<int>(progress)) + " ";
        over_ = true;
    }
  }

  RequestReader reader_{{.head_bytes_max = 512, .body_bytes_max = 512}};
  std::string seen_;
  bool over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  Reading whole;
  whole.take(bytes);
  Reading cut;
  fuzz::in_pieces(bytes, static_cast<unsigned>(size), [&](auto piece) { cut.take(piece); });
  fuzz::require(whole.seen() == cut.seen(), "pieces make the same requests");
  return 0;
}
