// RedisRedirect: what a node of a Redis Cluster replies instead of executing a command. A value.
#pragma once

#include <hiredis.h>

#include <optional>

#include "store/settings.hpp"

namespace worker::store {

struct RedisRedirect {
  enum class Kind {
    moved,  // `address` has the slot of the keys from now on
    ask,    // the slot is on its way to `address`, which has these keys already: this command goes there
    later,  // the slot is on its way, and neither node has all keys of the command
  };
  Kind kind;
  /// Of `moved` and `ask`.
  RedisAddress address;
};

/// None: `reply` is another one. `from`: the address of the node that replied; the other one has the same
/// database and `tls`, and the same host if the reply names none.
std::optional<RedisRedirect> redirect_of(const redisReply& reply, const RedisAddress& from);

}  // namespace worker::store
