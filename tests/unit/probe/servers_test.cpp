#include "probe/servers.hpp"

#include <boost/test/unit_test.hpp>

using worker::client::Answer;
using namespace worker::probe;

namespace {

Answer with(std::vector<std::pair<std::string, std::string>> fields) { return {.fields = std::move(fields)}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(servers_suite)

BOOST_AUTO_TEST_CASE(who_names_itself) {
  const auto names = [](std::vector<std::pair<std::string, std::string>> fields) {
    return names_of(servers_of(with(std::move(fields))));
  };
  BOOST_TEST(names({{"server", "nginx/1.22.1"}}) == "nginx");
  BOOST_TEST(names({{"server", "openresty"}}) == "nginx");
  BOOST_TEST(names({{"server", "Apache/2.4"}}) == "Apache");
  BOOST_TEST(names({{"server", "nginx"}, {"via", "1.1 varnish (Varnish/7.1)"}, {"x-varnish", "3"}}) ==
             "nginx or Varnish");
  BOOST_TEST(names({{"server", "Caddy"}, {"server", "nginx"}}) == "Caddy or nginx");
  BOOST_TEST(names({{"server", "IIS"}, {"x-server", "nginx"}}) ==
             "a server that does not name itself (HAProxy?)");
}

BOOST_AUTO_TEST_CASE(every_problem_has_a_line) {
  const std::vector<std::pair<std::string, std::string>> servers[] = {{},
                                                                      {{"server", "nginx"}},
                                                                      {{"server", "Apache"}},
                                                                      {{"server", "Caddy"}},
                                                                      {{"server", "lighttpd"}},
                                                                      {{"via", "varnish"}},
                                                                      {{"server", "h2o"}},
                                                                      {{"server", "cloudflare"}}};
  for (const auto problem : {Problem::held, Problem::late, Problem::compressed, Problem::lost_header,
                             Problem::cut, Problem::away}) {
    for (const auto& fields : servers) BOOST_TEST(!changes_for(problem, with(fields)).empty());
  }
}

BOOST_AUTO_TEST_CASE(an_nginx_that_has_removed_the_header) {
  const auto first = [](const Answer& answer) { return changes_for(Problem::held, answer).front().line; };
  BOOST_TEST(first(with({{"server", "nginx"}})) == "fastcgi_pass_header X-Accel-Buffering;");
  BOOST_TEST(
      first(with({{"server", "nginx"}, {"x-accel-buffering", "no"}})).starts_with("fastcgi_buffering off;"));
}

BOOST_AUTO_TEST_SUITE_END()
