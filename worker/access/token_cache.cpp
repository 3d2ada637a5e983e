#include "access/token_cache.hpp"

#include <openssl/evp.h>

#include <new>
#include <utility>

namespace worker::access {

TokenCache::Digest TokenCache::digest(std::string_view token) {
  Digest digest{};
  unsigned size = 0;
  // Fails without memory only.
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
  return digest;
}

std::optional<TokenCache::Entry> TokenCache::find(const Digest& digest) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = newer_.find(digest); found != newer_.end()) return found->second.entry;
  auto node = older_.extract(digest);
  if (node.empty()) return std::nullopt;
  auto entry = node.mapped().entry;
  insert(digest, std::move(node.mapped()));
  return entry;
}

void TokenCache::add(const Digest& digest, Entry entry, std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  insert(digest, {std::move(entry), bytes});
}

void TokenCache::insert(const Digest& digest, Counted&& counted) {
  if (half_entries_ == 0 || counted.bytes > half_bytes_) return;
  if (newer_.size() >= half_entries_ || newer_bytes_ + counted.bytes > half_bytes_) {
    older_ = std::exchange(newer_, {});
    newer_bytes_ = 0;
  }
  const auto bytes = counted.bytes;
  if (newer_.try_emplace(digest, std::move(counted)).second) newer_bytes_ += bytes;
}

void TokenCache::remove(const Digest& digest) {
  const std::scoped_lock lock(mutex_);
  older_.erase(digest);
  const auto found = newer_.find(digest);
  if (found == newer_.end()) return;
  newer_bytes_ -= found->second.bytes;
  newer_.erase(found);
}

std::size_t TokenCache::size() const {
  const std::scoped_lock lock(mutex_);
  return newer_.size() + older_.size();
}

}  // namespace worker::access
