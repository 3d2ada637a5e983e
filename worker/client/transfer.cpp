#include "client/transfer.hpp"

#include <algorithm>
#include <cctype>
#include <new>
#include <utility>

namespace worker::client {
namespace {

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  // Options of this version of libcurl fail for lack of memory only.
  if (::curl_easy_setopt(handle, option, value) != CURLE_OK) throw std::bad_alloc();
}

long curl_version(Request::Version version) {
  switch (version) {
    case Request::Version::http_1_0:
      return CURL_HTTP_VERSION_1_0;
    case Request::Version::http_1_1:
      return CURL_HTTP_VERSION_1_1;
    case Request::Version::http_2:
    case Request::Version::any:
      break;
  }
  return CURL_HTTP_VERSION_2TLS;  // as a browser
}

int version_of(long curl_version) {
  switch (curl_version) {
    case CURL_HTTP_VERSION_1_0:
      return 10;
    case CURL_HTTP_VERSION_1_1:
      return 11;
    case CURL_HTTP_VERSION_2_0:
      return 20;
    case CURL_HTTP_VERSION_3:
      return 30;
    default:
      return 0;
  }
}

Ending::Kind kind_of(CURLcode result) {
  switch (result) {
    case CURLE_OK:
      return Ending::Kind::complete;
    case CURLE_COULDNT_RESOLVE_HOST:
      return Ending::Kind::no_name;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
      return Ending::Kind::no_connection;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Ending::Kind::untrusted;
    case CURLE_SSL_CONNECT_ERROR:
      return Ending::Kind::no_tls;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return Ending::Kind::no_http;
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Ending::Kind::cut;
    default:
      return Ending::Kind::other;
  }
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace

Transfer::Transfer(Request request, const base::Clock& clock)
    : request_(std::move(request)), clock_(clock), easy_(::curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  answer_.begun = clock.now();
  set_up();
  set_up_tls();
}

Transfer::~Transfer() = default;

void Transfer::set_up() {
  auto* const easy = easy_.get();
  for (const auto& line : request_.headers) {
    auto* const longer = ::curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers_.release());  // it is the beginning of the longer one
    headers_.reset(longer);
  }
  set(easy, CURLOPT_PRIVATE, this);
  set(easy, CURLOPT_URL, request_.url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP_VERSION, curl_version(request_.version));
  set(easy, CURLOPT_HTTPHEADER, headers_.get());
  set(easy, CURLOPT_USERAGENT, request_.agent.c_str());
  set(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br");  // as a browser
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);          // those of a proxy
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // a name server that hangs does not delay the end
  set(easy, CURLOPT_ERRORBUFFER, error_.data());
  // Each request sees what a new reader sees.
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_FORBID_REUSE, 1L);
  if (!request_.body.empty()) {
    set(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request_.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request_.body.data());
  }
  if (request_.method == "HEAD") set(easy, CURLOPT_NOBODY, 1L);
  if (!request_.method.empty()) set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  set(easy, CURLOPT_HEADERDATA, this);
  set(
      easy, CURLOPT_HEADERFUNCTION, +[](const char* from, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->on_header({from, size * count}) ? size * count : 0;
      });
  set(easy, CURLOPT_WRITEDATA, this);
  set(
      easy, CURLOPT_WRITEFUNCTION, +[](const char* from, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->on_body({from, size * count}) ? size * count : 0;
      });
}

void Transfer::set_up_tls() {
  auto* const easy = easy_.get();
  set(easy, CURLOPT_CERTINFO, 1L);
  if (!request_.trust_file.empty()) set(easy, CURLOPT_CAINFO, request_.trust_file.c_str());
  if (request_.trust == Request::Trust::verified) return;
  set(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  set(easy, CURLOPT_CONNECT_ONLY, 1L);
}

bool Transfer::on_header(std::string_view line) {
  head_bytes_ += line.size();
  head_is_too_long_ = head_bytes_ > Answer::head_bytes_max;
  if (head_is_too_long_) return false;
  if (line.starts_with("HTTP/")) answer_.fields.clear();  // one behind an interim answer
  const auto text = trimmed(line);
  if (text.empty()) {
    long status = 0;
    ::curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    constexpr long first_final = 200;
    if (status >= first_final) on_head_complete();
    return true;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || answer_.head_at) return true;  // not from a trailer
  std::string name(text.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  answer_.fields.emplace_back(std::move(name), trimmed(text.substr(colon + 1)));
  return true;
}

void Transfer::on_head_complete() {
  if (answer_.head_at) return;
  answer_.head_at = clock_.now();
  long number = 0;
  ::curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &number);
  answer_.status = static_cast<int>(number);
  ::curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_VERSION, &number);
  answer_.version = version_of(number);
  note_connection();
}

bool Transfer::on_body(std::string_view bytes) {
  if (request_.consumer) {
    request_.consumer(bytes);
    return true;
  }
  body_is_too_long_ = answer_.body.size() + bytes.size() > Answer::body_bytes_max ||
                      answer_.pieces.size() >= Answer::pieces_max;
  if (body_is_too_long_) return false;
  answer_.body += bytes;
  answer_.pieces.push_back({bytes.size(), clock_.now()});
  return true;
}

void Transfer::note_connection() {
  auto* const easy = easy_.get();
  const auto since_begin = [&](CURLINFO info) {
    curl_off_t microseconds = 0;
    ::curl_easy_getinfo(easy, info, &microseconds);
    return std::chrono::microseconds(microseconds);
  };
  answer_.resolved = since_begin(CURLINFO_NAMELOOKUP_TIME_T);
  answer_.connected = since_begin(CURLINFO_CONNECT_TIME_T);
  answer_.secured = since_begin(CURLINFO_APPCONNECT_TIME_T);
  const char* text = nullptr;
  ::curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &text);
  if (text != nullptr) answer_.address = text;
  text = nullptr;
  ::curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &text);
  if (text != nullptr) answer_.redirect = text;
  note_certificate();
}

void Transfer::note_certificate() {
  curl_certinfo* all = nullptr;
  if (::curl_easy_getinfo(easy_.get(), CURLINFO_CERTINFO, &all) != CURLE_OK || all == nullptr ||
      all->num_of_certs < 1)
    return;
  const std::pair<std::string_view, std::string*> wanted[] = {{"Subject:", &answer_.certificate_subject},
                                                              {"Issuer:", &answer_.certificate_issuer},
                                                              {"Start date:", &answer_.certificate_begin},
                                                              {"Expire date:", &answer_.certificate_end}};
  for (const auto* each = all->certinfo[0]; each != nullptr; each = each->next) {
    const std::string_view line(each->data);
    for (const auto& [name, to] : wanted)
      if (line.starts_with(name)) *to = line.substr(name.size());
  }
}

void Transfer::end(CURLcode result) {
  note_connection();
  Ending ending{.kind = kind_of(result), .at = clock_.now()};
  if (head_is_too_long_) ending.kind = Ending::Kind::too_long_head;
  if (body_is_too_long_) ending.kind = Ending::Kind::too_long_body;
  if (result != CURLE_OK) ending.reason = error_[0] != '\0' ? error_.data() : ::curl_easy_strerror(result);
  ::curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &ending.verify_result);
  answer_.ending = std::move(ending);
}

}  // namespace worker::client
