#include "script.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "random.hpp"

namespace fuzz {
namespace {

using Records = std::vector<std::string>;

enum Type : std::uint8_t { begin_request = 1, abort_request = 2, params = 4, stdin_data = 5, get_values = 9 };

char low(std::size_t value) { return static_cast<char>(value & 0xffU); }

std::string record(std::uint8_t type, std::size_t id, std::string_view content, std::size_t padding = 0) {
  std::string out{
      1, low(type), low(id >> 8U), low(id), low(content.size() >> 8U), low(content.size()), low(padding), 0};
  out.append(content);
  out.append(padding, '\0');
  return out;
}

void append_length(std::string& out, std::size_t length) {
  if (length < 128) {
    out += low(length);
    return;
  }
  out += low((length >> 24U) | 0x80U);
  out += low(length >> 16U);
  out += low(length >> 8U);
  out += low(length);
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
  append_length(out, name.size());
  append_length(out, value.size());
  out.append(name);
  out.append(value);
}

template <std::size_t size>
std::string_view one_of(Random& random, const std::array<std::string_view, size>& choices) {
  return choices[random.below(size)];
}

std::string random_bytes(Random& random, std::size_t size) {
  std::string out(size, '\0');
  for (char& byte : out) byte = static_cast<char>(random.byte());
  return out;
}

// The path, in one of the ways in which web servers say it.
void append_path(std::string& pairs, Random& random) {
  constexpr std::array<std::string_view, 5> paths{"/events", "/healthz", "/metrics", "/nowhere", ""};
  constexpr std::array<std::string_view, 6> uris{
      "/events?topic=a", "/%65vents", "http://host/healthz?a#b", "/%", "//x/../metrics%2F?#", "*"};
  const std::string_view path = one_of(random, paths);
  const std::size_t way = random.below(10);
  if (way < 6) return append_pair(pairs, "SCRIPT_NAME", path);
  if (way < 8) {
    append_pair(pairs, "SCRIPT_NAME", "");
    return append_pair(pairs, "PATH_INFO", path);
  }
  if (way < 9) return append_pair(pairs, "DOCUMENT_URI", path);
  append_pair(pairs, "REQUEST_URI", one_of(random, uris));
}

// What the worker is asked about itself, mostly in words that it knows.
std::string question(Random& random) {
  constexpr std::array<std::string_view, 5> names{"FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS",
                                                  "FCGI_OTHER", ""};
  std::string pairs;
  for (std::size_t n = random.below(6); n > 0; --n) append_pair(pairs, one_of(random, names), "");
  return record(get_values, 0, pairs, random.below(8));
}

// A request that would be answered, as web servers send it.
Records valid_request(Random& random) {
  constexpr std::array<std::string_view, 5> methods{"GET", "GET", "HEAD", "POST", "DELETE"};
  const std::size_t id = random.chance(90) ? 1 : random.below(65536);
  const std::string body = random.chance(30) ? random_bytes(random, random.below(3000)) : std::string();
  std::string pairs;
  append_pair(pairs, "REQUEST_METHOD", one_of(random, methods));
  append_path(pairs, random);
  append_pair(pairs, "QUERY_STRING", random.chance(50) ? "" : "topic=a&topic=%zz&lastEventId=9-9");
  if (!body.empty())
    append_pair(pairs, "CONTENT_LENGTH", random.chance(10) ? "-1" : std::to_string(body.size()));
  if (random.chance(30)) append_pair(pairs, "HTTP_COOKIE", random_bytes(random, random.below(2000)));

  const std::string flags(1, random.chance(50) ? '\1' : '\0');
  Records records{
      record(begin_request, id, std::string("\0\1", 2) + flags + std::string(5, '\0'), random.below(8))};
  const std::size_t cut = random.chance(50) ? pairs.size() : random.below(pairs.size() + 1);
  if (cut > 0) records.push_back(record(params, id, std::string_view(pairs).substr(0, cut), random.below(8)));
  if (cut < pairs.size()) records.push_back(record(params, id, std::string_view(pairs).substr(cut)));
  records.push_back(record(params, id, {}));
  if (!body.empty()) records.push_back(record(stdin_data, id, body));
  records.push_back(record(stdin_data, id, {}));
  return records;
}

// A request whose body becomes events as it comes, in any number of records.
Records publish_stream(Random& random) {
  constexpr std::array<std::string_view, 5> types{"application/x-ndjson", "text/event-stream", "text/plain",
                                                  "", "x/y"};
  constexpr std::array<std::string_view, 5> queries{
      "", "&split=chunk", "&answers=errors&close=1&abort=x&writer=w", "&answers=all", "&tpic=a"};
  constexpr std::array<std::string_view, 6> lines{"{\"data\":\"x\"}\n", "data: x\n\n", "x\r",
                                                  "\xe2\x82",           "\n",          "{\"close\":true}\n"};
  const std::size_t id = random.chance(90) ? 1 : random.below(65536);
  std::string pairs;
  append_pair(pairs, "REQUEST_METHOD", random.chance(70) ? "POST" : "PUT");
  append_pair(pairs, "SCRIPT_NAME", "/publish/stream");
  // Most of them in a topic of their own: some are closed.
  append_pair(pairs, "QUERY_STRING",
              "topic=" + std::to_string(random.below(10'000)) + std::string(one_of(random, queries)));
  append_pair(pairs, "CONTENT_TYPE", one_of(random, types));
  append_pair(pairs, "REMOTE_ADDR", "127.0.0.1");
  append_pair(pairs, "HTTP_HOST", "localhost");
  if (random.chance(20)) append_pair(pairs, "CONTENT_LENGTH", std::to_string(random.below(100)));
  const std::string flags(1, random.chance(50) ? '\1' : '\0');
  Records records{record(begin_request, id, std::string("\0\1", 2) + flags + std::string(5, '\0')),
                  record(params, id, pairs), record(params, id, {})};
  for (std::size_t n = random.below(8); n > 0; --n) {
    std::string body = random.chance(20) ? random_bytes(random, 1 + random.below(40'000)) : std::string();
    for (std::size_t count = 1 + random.below(5); count > 0; --count) body += one_of(random, lines);
    records.push_back(record(stdin_data, id, body, random.below(8)));
  }
  if (random.chance(70)) records.push_back(record(stdin_data, id, {}));
  return records;
}

// Records that have no place in a request, or that have broken a FastCGI library before.
std::string intruder(Random& random) {
  std::string pairs;
  switch (random.below(8)) {
    case 0:
      for (std::size_t n = random.below(100); n > 0; --n) append_pair(pairs, "FCGI_MAX_CONNS", "");
      return record(get_values, 0, pairs);
    case 1:
      return record(abort_request, 1 + random.below(2), {}, random.below(8));
    case 5:
      return question(random);
    case 6:
      return record(static_cast<std::uint8_t>(get_values + random.below(20)), 0,
                    random_bytes(random, random.below(300)));
    case 7: {
      // Another request, as a web server that multiplexes sends it.
      std::string other;
      const std::size_t id = 2 + random.below(20);
      other += record(begin_request, id, std::string("\0\1\1\0\0\0\0\0", 8));
      for (const std::uint8_t type : {params, stdin_data}) {
        if (random.chance(70)) other += record(type, id, random_bytes(random, random.below(200)));
        if (random.chance(70)) other += record(type, id, {});
      }
      return other;
    }
    case 2:
      return record(params, 1, std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8));
    case 3:
      return record(random.byte(), random.below(3), random_bytes(random, random.below(300)),
                    random.below(256));
    default:
      return record(begin_request, random.below(3), random_bytes(random, 8));
  }
}

void change_records(Random& random, Records& records) {
  const std::size_t at = random.below(records.size());
  switch (random.below(4)) {
    case 0:
      std::swap(records[at], records[random.below(records.size())]);
      break;
    case 1:
      records.erase(records.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 2:
      records.insert(records.begin() + static_cast<std::ptrdiff_t>(at),
                     records[random.below(records.size())]);
      break;
    default:
      records.insert(records.begin() + static_cast<std::ptrdiff_t>(at), intruder(random));
  }
}

// A length that lies: either of the two bytes in a record's header.
void change_length(Random& random, Records& records) {
  std::string& victim = records[random.below(records.size())];
  victim[4 + random.below(3)] = static_cast<char>(random.byte());
}

std::string mutated_request(Random& random) {
  Records records = random.chance(30) ? publish_stream(random) : valid_request(random);
  if (random.chance(10)) records.insert(records.begin(), question(random));
  if (random.chance(20)) {
    for (std::string& more : random.chance(30) ? publish_stream(random) : valid_request(random))
      records.push_back(std::move(more));
  }
  for (std::size_t n = random.below(3); n > 0 && !records.empty(); --n) change_records(random, records);
  if (!records.empty() && random.chance(30)) change_length(random, records);
  std::string bytes;
  for (const std::string& each : records) bytes += each;
  if (bytes.empty()) return bytes;
  if (random.chance(35)) {
    for (std::size_t n = 1 + random.below(8); n > 0; --n) {
      char& victim = bytes[random.below(bytes.size())];
      victim = static_cast<char>(static_cast<std::uint8_t>(victim) ^ (1U << random.below(8)));
    }
  }
  if (random.chance(20)) bytes.resize(random.below(bytes.size() + 1));
  return bytes;
}

std::string make_bytes(Random& random) {
  const std::size_t kind = random.below(100);
  if (kind < 5) return {};
  if (kind < 25) return random_bytes(random, random.below(400));
  if (kind < 28) return random_bytes(random, random.below(100'000));
  // Random, behind a beginning that gets past the first look.
  if (kind < 40) return valid_request(random).front() + random_bytes(random, random.below(400));
  return mutated_request(random);
}

}  // namespace

Script make_script(std::uint64_t seed, std::uint64_t number) {
  Random random(Random(seed).next() ^ (number * 0xd1342543de82ef95U));
  Script script;
  script.bytes = make_bytes(random);
  const std::size_t kind = random.below(100);
  if (kind < 40) {
    script.parting = Parting::at_once;
  } else if (kind < 70) {
    script.parting = Parting::half_closed;
  } else {
    script.parting = kind < 95 ? Parting::reading : Parting::silent;
  }
  // Long enough for an answer, short enough for a hundred thousand of them. Whoever has said that it sends no
  // more is owed an end, and waits for it; this also keeps the run from outpacing the peer.
  script.patience = script.parting == Parting::half_closed ? std::chrono::milliseconds(5000)
                                                           : std::chrono::milliseconds(5 + random.below(50));
  return script;
}

}  // namespace fuzz
