#include "hooks/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <new>
#include <utility>

namespace worker::hooks {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::optional<std::string> signing_key(std::string_view text) {
  constexpr std::string_view prefix = "whsec_";
  constexpr std::size_t bytes_min = 24;
  constexpr std::size_t bytes_max = 64;
  if (!text.starts_with(prefix)) return std::string(text);
  text.remove_prefix(prefix.size());
  constexpr std::size_t characters_max = (bytes_max + 2) / 3 * 4;
  if (text.empty() || text.size() > characters_max || text.find_first_of(" \t") != std::string_view::npos)
    return std::nullopt;
  std::string key(text.size() / 4 * 3, '\0');
  const int size = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()), bytes_of(text),
                                     static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  // OpenSSL counts what `=` stands for.
  const auto end = text.find_last_not_of('=');
  key.resize(static_cast<std::size_t>(size) - (text.size() - 1 - end));
  return key.size() < bytes_min || key.size() > bytes_max ? std::nullopt : std::optional(std::move(key));
}

std::string signature(std::string_view key, std::string_view id, std::int64_t timestamp,
                      std::string_view body) {
  const auto text = fmt::format("{}.{}.{}", id, timestamp, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
             mac.data(), &size) == nullptr)
    throw std::bad_alloc();
  // Four characters for each three bytes, and a zero.
  std::string base64((size + 2) / 3 * 4 + 1, '\0');
  ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), mac.data(), static_cast<int>(size));
  base64.pop_back();
  return "v1," + base64;
}

}  // namespace worker::hooks
