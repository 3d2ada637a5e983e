// What an operator can set about grants. Plain values; config/ reads them, defaults are the shipped ones.
#pragma once

#include <string>
#include <vector>

namespace worker::api {

struct GrantSettings {
  /// Who may subscribe to patterns.
  enum class Patterns {
    open,     // everybody, where public_topics covers them
    granted,  // who has a grant that covers them
    refused,  // nobody
  };

  /// Topics and patterns that may be read without a grant. Default: all.
  std::vector<std::string> public_topics{"*"};
  Patterns patterns = Patterns::open;
  /// The cookies that may hold a subscriber's token; the first that a request has counts.
  std::vector<std::string> cookies;
  /// Publishers' tokens may be where subscribers' may be: also in the address, and in the cookie.
  bool publishers_as_subscribers = false;

  bool operator==(const GrantSettings&) const = default;
};

}  // namespace worker::api
