// RedisConnection: one connection to a Redis, through hiredis, for one thread that waits for each answer;
// never longer than a bound. Whatever goes wrong with it is thrown as RedisError; a connection that threw one
// that says `broken` is thrown away, because nobody knows what it would answer next.
#pragma once

#include <hiredis.h>

#include <chrono>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store/settings.hpp"

namespace worker::store {

/// `what()` names the Redis, says what happened and, where it is known, what to change.
class RedisError : public std::runtime_error {
 public:
  enum class Kind {
    broken,   // no answer: what was asked for may have been done
    refused,  // an answer, which says no: nothing was done
  };
  RedisError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// `127.0.0.1:6379`, or the path.
std::string text_of(const RedisAddress& address);

class RedisConnection {
 public:
  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  using Reply = std::unique_ptr<redisReply, Free>;

  /// How long a connection and an answer may take.
  static constexpr std::chrono::milliseconds patience{1'500};

  /// Connects, and says who it is.
  RedisConnection(const RedisAddress& address, const std::string& password);

  /// Never an error's reply. `longer`: the answer may take this long beyond the bound.
  Reply ask(std::span<const std::string_view> words, std::chrono::milliseconds longer = {});
  Reply ask(std::initializer_list<std::string_view> words) { return ask(std::span(words)); }
  /// In two steps, so that Redis works on the next answer while one is read; they come in the order asked
  /// for.
  void send(std::initializer_list<std::string_view> words) { send(std::span(words)); }
  Reply answer(std::chrono::milliseconds longer = {});
  /// It was closed from the other side, or says something unasked.
  bool is_stale() const;
  /// From any thread: an answer that is waited for does not come.
  void interrupt() const;
  std::string name() const { return text_of(address_); }
  /// Names the Redis process, for as long as it lives; empty where it does not tell.
  const std::string& run() const { return run_; }
  /// The answer is of no form that was asked for.
  [[noreturn]] void bad_answer(std::string_view to) const;

 private:
  void send(std::span<const std::string_view> words);
  std::string ask_run();
  void set_patience(std::chrono::milliseconds time);
  [[noreturn]] void broken() const;

  const RedisAddress address_;
  std::unique_ptr<redisContext, Free> context_;
  std::string run_;
  std::chrono::milliseconds patience_{0};
  int to_come_ = 0;  // answers
};

}  // namespace worker::store
