// RedisError: what went wrong with a Redis, in one sentence, with what to change if that is known. The
// sentence does not name the Redis: the caller that reports the error knows the address.
#pragma once

#include <hiredis.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace worker::store {

class RedisError : public std::runtime_error {
 public:
  enum class Kind {
    broken,   // no reply, or none that makes sense: the command may have been executed
    refused,  // an error reply: nothing was done
  };
  RedisError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// For a reply to `command` that does not have the expected form. `refused` if it is an error reply; else
/// `broken`, with as much of the reply as fits into a sentence.
RedisError unexpected_reply(std::string_view command, const redisReply& reply);

}  // namespace worker::store
