// selector-fuzz COUNT SEED [FIRST]: parses COUNT hostile selectors and matches hostile topics with them.
// Exits 0 when all of them kept to the rules, 1 when one did not, and says which; 2 when called wrongly.
// Selector n is the same in every run with the same seed: FIRST begins with a later one.
//
// The rules: a refusal is a sentence that may be shown. A template matches what it expands to. What the
// routes find is what a look at each subscription finds. Nothing takes long.
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "hub/cohort.hpp"
#include "hub/routes.hpp"
#include "log/selectors.hpp"
#include "random.hpp"

namespace {

using fuzz::Random;
using worker::hub::Cohort;
using worker::log::Selectors;
using worker::log::Subscription;
using worker::log::TypedSelector;

constexpr std::size_t selector_bytes_max = 1'000;
// Of CPU time, for one selector and all that is done with it: far above what it takes, also under a
// sanitizer.
constexpr double seconds_max = 5;
// Subscriptions that the routes have at a time.
constexpr std::size_t subscriptions_max = 100;

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// A template and a text that it expands to.
struct Generated {
  std::string text, expansion;
};

class Generator {
 public:
  explicit Generator(Random& random) : random_(random) {}

  Generated valid() {
    Generated made;
    for (auto parts = 1 + random_.below(6); parts > 0; --parts) {
      const auto text = literal();
      made.text += text;
      made.expansion += text;
      if (random_.chance(70)) add_expression(made);
    }
    return made;
  }
  /// Mostly a valid one with some bytes changed; sometimes anything.
  std::string hostile() {
    auto text = random_.chance(40) ? url_pattern() : valid().text;
    if (random_.chance(10)) {
      text.clear();
      for (auto size = random_.below(2'000); size > 0; --size) text += static_cast<char>(random_.byte());
    }
    if (random_.chance(10)) {
      const std::string piece = pieces[random_.below(std::size(pieces))];
      for (auto times = random_.below(400); times > 0; --times) text += piece;
    }
    for (auto changes = random_.below(4); changes > 0; --changes) {
      const auto at = random_.below(text.size() + 1);
      const std::string piece = pieces[random_.below(std::size(pieces))];
      if (random_.chance(50)) {
        text.insert(at, piece);
      } else {
        text.erase(at, random_.below(4));
      }
    }
    return text;
  }
  std::string topic() {
    if (random_.chance(30)) return valid().expansion;
    std::string text;
    for (auto parts = random_.below(8); parts > 0; --parts)
      text += random_.chance(50) ? literal() : value(true);
    return random_.chance(5) ? "$" + text : text;
  }

  std::string url_pattern() {
    static constexpr const char* groups[] = {":x",   "*",      "(\\d+)",  "{/:y}?", ":x?",
                                             "/:x+", "{a:x}*", "([^/]*)", "?q=:x",  "#*"};
    static constexpr const char* beginnings[] = {"https://example.com/", "/", "*://example.com/",
                                                 "https://*.com/", ""};
    std::string text = beginnings[random_.below(std::size(beginnings))];
    for (auto parts = random_.below(5); parts > 0; --parts)
      text += literal() + groups[random_.below(std::size(groups))];
    return text;
  }

 private:
  static constexpr const char* pieces[] = {
      "{",   "}",        "{{", "}}",    "{a",  "{+a}",        "{/a*}",        "{a,b}",  "%",
      "%4",  "%41",      "*",  "/*",    ":3",  "{?q}",        "{;x}",         "{.x}",   "{#x}",
      "\\",  "\xff",     "\n", "{a:0}", ":id", "(\\d+)",      ":x*",          "{/:y}?", "https://",
      "#",   "\\?",      "@",  "[",     "(?=", "((?:a|aa)+)", "(.*)",         "(a+)+",  "{=a}",
      "{$}", "\xc3\xa9", "a",  "/",     "//",  "aaaa",        "{a}{b}{c}{d}", "$"};

  std::string literal() {
    static constexpr const char* literals[] = {
        "https://example.com/", "/books/", "/",    "a",        "users/", "x=1&", "",
        "aaaaaaaaaa",           "(a+)+$",  "[b]*", "\xc3\xbc", "%41"};
    std::string text = literals[random_.below(std::size(literals))];
    if (random_.chance(20)) text += std::to_string(random_.below(50));
    return text;
  }
  std::string value(bool reserved) {
    static constexpr std::string_view plain = "abcXYZ019-._~", all = "abc019-._~:/?#[]@!$&'()*+,;=";
    const auto characters = reserved ? all : plain;
    std::string text;
    for (auto size = random_.below(8); size > 0; --size)
      text += random_.chance(10) ? std::string("%2F")
                                 : std::string(1, characters[random_.below(characters.size())]);
    return text;
  }
  // RFC 6570, section 3.2: some of the variables are defined.
  void add_expression(Generated& made) {
    static constexpr std::string_view signs = " +#./;?&";
    const char sign = signs[random_.below(signs.size())];
    const bool reserved = sign == '+' || sign == '#', named = sign == ';' || sign == '?' || sign == '&';
    const char first = sign == ' ' || sign == '+' ? '\0' : sign;
    const char separator = sign == ' ' || reserved ? ',' : sign == '?' ? '&' : sign;
    made.text += '{';
    if (sign != ' ') made.text += sign;
    bool begun = false;
    const auto count = 1 + random_.below(3);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name(1, static_cast<char>('a' + i));
      const bool explodes = random_.chance(20);
      made.text += (i > 0 ? "," : "") + name + (explodes ? "*" : random_.chance(10) ? ":5" : "");
      if (random_.chance(30)) continue;  // undefined
      for (auto values = explodes ? 1 + random_.below(3) : 1; values > 0; --values) {
        if (begun ? true : first != '\0') made.expansion += begun ? separator : first;
        begun = true;
        if (named) made.expansion += name + "=";
        made.expansion += value(reserved);
      }
    }
    made.text += '}';
  }

  Random& random_;
};

class Run {
 public:
  bool take(std::uint64_t seed, std::uint64_t number) {
    Random random(seed * 0x100000001b3U + number);
    Generator generator(random);
    const auto begun = cpu_seconds();
    const auto made = generator.valid();
    const bool hostile = random.chance(60);
    const auto text = hostile ? generator.hostile() : made.text;
    std::vector<std::string> topics{hostile ? text : made.expansion, generator.topic(), generator.topic()};
    // Topics are names that have been checked.
    std::erase_if(topics, [](const auto& topic) {
      return !worker::base::is_utf8(topic) || worker::base::has_control(topic);
    });
    const bool good = parse(text, random, topics) && (hostile || expands(made)) && routes_agree(topics);
    const auto took = cpu_seconds() - begun;
    slowest_ = std::max(slowest_, took);
    if (good && took < seconds_max) return true;
    std::fprintf(stderr, "selector-fuzz: selector %llu: %s after %.3f s of CPU time\n  %s\n",
                 static_cast<unsigned long long>(number), good ? "too slow" : wrong_.c_str(), took,
                 text.c_str());
    return false;
  }
  void report(std::uint64_t count) const {
    std::printf("%llu selectors, %zu accepted, %zu visits, slowest %.3f s\n",
                static_cast<unsigned long long>(count), accepted_, visits_, slowest_);
  }
  /// Most of what a run is to look at has come.
  bool complete() const { return accepted_ > 0 && refused_ > 0 && visits_ > 0; }

 private:
  bool parse(const std::string& text, Random& random, const std::vector<std::string>& topics) {
    using Kind = TypedSelector::Kind;
    constexpr Kind kinds[] = {Kind::uri_template, Kind::uri_template, Kind::url_pattern,
                              Kind::url_pattern,  Kind::exact,        Kind::pattern};
    const auto kind = kinds[random.below(std::size(kinds))];
    auto parsed = Selectors::parse(std::vector<TypedSelector>{{kind, text}}, selector_bytes_max, cache_);
    if (!parsed) {
      ++refused_;
      const auto& sentence = parsed.error().sentence;
      return rule(sentence.starts_with("topic: ") && sentence.size() < 500 &&
                      worker::base::is_utf8(sentence) && !worker::base::has_control(sentence),
                  "its refusal is no sentence: " + sentence);
    }
    ++accepted_;
    const auto& set = parsed.value();
    if (!rule(set.covers(set) && set.texts().size() == 1 && set.texts().front() == text, "it is not itself"))
      return false;
    for (const auto& each : set.templates()) {
      for (const auto& topic : topics) {
        if (!rule(!each.matches(topic) || topic.starts_with(each.beginning()), "its beginning is wrong"))
          return false;
      }
    }
    if (subscriptions_.size() == subscriptions_max) {
      routes_.remove(cohorts_.front(), cohorts_.front().subscription);
      cohorts_.pop_front();
      subscriptions_.pop_front();
    }
    const auto& subscription = subscriptions_.emplace_back(std::move(parsed).value());
    routes_.add(cohorts_.emplace_back(subscription), subscription);
    return true;
  }
  bool expands(const Generated& made) {
    if (made.text.empty() || made.text.size() > selector_bytes_max || made.expansion.starts_with('$'))
      return true;
    const auto parsed =
        Selectors::parse(std::vector<TypedSelector>{{TypedSelector::Kind::uri_template, made.text}},
                         selector_bytes_max, cache_);
    return rule(bool(parsed), "a template of RFC 6570 is refused") &&
           rule(parsed.value().matches(made.expansion), "it does not match " + made.expansion);
  }
  bool routes_agree(const std::vector<std::string>& topics) {
    for (const auto& topic : topics) {
      std::set<const Cohort*> visited, expected;
      routes_.each(topic, [&](const Cohort& cohort) { visited.insert(&cohort); });
      for (const auto& cohort : cohorts_) {
        if (cohort.subscription.matches(topic)) expected.insert(&cohort);
      }
      visits_ += visited.size();
      if (!rule(visited == expected, "the routes find others for " + topic)) return false;
    }
    return true;
  }
  bool rule(bool kept, const std::string& otherwise) {
    if (!kept) wrong_ = otherwise;
    return kept;
  }

  worker::log::TemplateCache cache_;
  std::deque<Subscription> subscriptions_;  // outlive their cohorts
  std::deque<Cohort> cohorts_;
  worker::hub::Routes routes_;
  std::size_t accepted_ = 0, refused_ = 0, visits_ = 0;
  double slowest_ = 0;
  std::string wrong_;
};

bool parse_number(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t count = 0, seed = 0, first = 0;
  if ((argc != 3 && argc != 4) || !parse_number(argv[1], count) || !parse_number(argv[2], seed) ||
      (argc == 4 && !parse_number(argv[3], first))) {
    std::fputs("usage: selector-fuzz COUNT SEED [FIRST]\n", stderr);
    return 2;
  }
  Run run;
  for (auto number = first; number < first + count; ++number) {
    if (!run.take(seed, number)) return 1;
  }
  run.report(count);
  return run.complete() || count < 1'000 ? 0 : 1;
}
