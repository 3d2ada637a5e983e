#include "access/jose.hpp"

#include <cjose/base64.h>
#include <cjose/jws.h>
#include <jansson.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace worker::access {
namespace {

struct FreeJose {
  void operator()(void* memory) const { std::free(memory); }
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
  void operator()(json_t* json) const { json_decref(json); }
};

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

JoseKey owned(cjose_jwk_t* key) {
  if (key == nullptr) return nullptr;
  return {key, [](cjose_jwk_t* each) { cjose_jwk_release(each); }};
}

}  // namespace

JoseKey import_jwk(const std::string& jwk) {
  cjose_err error{};
  return owned(cjose_jwk_import(jwk.data(), jwk.size(), &error));
}

JoseKey import_secret(std::string_view secret) {
  cjose_err error{};
  return owned(cjose_jwk_create_oct_spec(bytes_of(secret), secret.size(), &error));
}

bool verify_signature(std::string_view token, const JoseKey& key) {
  cjose_err error{};
  const std::unique_ptr<cjose_jws_t, FreeJose> jws(cjose_jws_import(token.data(), token.size(), &error));
  return jws && cjose_jws_verify(jws.get(), key.get(), &error);
}

std::optional<std::string> sign(const std::string& header, std::string_view payload, const JoseKey& key) {
  cjose_err error{};
  const std::unique_ptr<json_t, FreeJose> json(json_loadb(header.data(), header.size(), 0, nullptr));
  if (!json) return std::nullopt;
  const std::unique_ptr<cjose_jws_t, FreeJose> jws(
      cjose_jws_sign(key.get(), json.get(), bytes_of(payload), payload.size(), &error));
  const char* text = nullptr;
  if (!jws || !cjose_jws_export(jws.get(), &text, &error) || text == nullptr) return std::nullopt;
  return text;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  // Debian's libcjose ends the process with an assertion where `=` comes at a wrong place.
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.size() % 4 == 1 || text.find_first_not_of(alphabet) != std::string_view::npos) return std::nullopt;
  if (text.empty()) return std::string();
  std::uint8_t* decoded = nullptr;
  std::size_t size = 0;
  cjose_err error{};
  if (!cjose_base64url_decode(text.data(), text.size(), &decoded, &size, &error)) return std::nullopt;
  const std::unique_ptr<std::uint8_t, FreeJose> memory(decoded);
  std::string bytes(reinterpret_cast<const char*>(decoded), size);
  if (encode_base64url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string encode_base64url(std::string_view bytes) {
  char* encoded = nullptr;
  std::size_t size = 0;
  cjose_err error{};
  if (!cjose_base64url_encode(bytes_of(bytes), bytes.size(), &encoded, &size, &error)) throw std::bad_alloc();
  const std::unique_ptr<char, FreeJose> memory(encoded);
  return {encoded, size};
}

}  // namespace worker::access
