// What the machine's boot is called, and what an operator reads where that is hidden.
#include "store/sqlite/boot_id.hpp"

#include <boost/test/unit_test.hpp>

#include "support/temp_folder.hpp"

using namespace worker::store;
using worker::support::TempFolder;
using Kind = StorageSettings::Kind;
using Durability = StorageSettings::Durability;

BOOST_AUTO_TEST_SUITE(boot_id_suite)

BOOST_AUTO_TEST_CASE(as_the_file_says) {
  const TempFolder folder;
  BOOST_TEST(boot_id(folder.file("boot_id", "0b3e-7\n").c_str()) == "0b3e-7");
  BOOST_TEST(boot_id(folder.file("empty", "").c_str()) == "");
  BOOST_TEST(boot_id(folder.path("none").c_str()) == "");
}

BOOST_AUTO_TEST_CASE(warns_only_where_it_matters) {
  const TempFolder folder;
  const auto there = folder.file("boot_id", "0b3e-7\n");
  const auto hidden = folder.path("none");
  const StorageSettings process{Kind::sqlite, "journal.db", Durability::process};
  const StorageSettings full{Kind::sqlite, "journal.db", Durability::full};
  BOOST_TEST(!boot_id_warning(process, there.c_str()));
  BOOST_TEST(!boot_id_warning(full, hidden.c_str()));
  BOOST_TEST(!boot_id_warning({}, hidden.c_str()));
  BOOST_TEST(
      boot_id_warning(process, hidden.c_str()).value() ==
      hidden +
          " cannot be read, so a crash of the worker looks like a power failure: after each one every "
          "client gets a gap `lost`, although no event is lost. Make the file readable (systemd: remove "
          "ProcSubset=pid; chroot or container: mount /proc), or set store.durability to full");
}

BOOST_AUTO_TEST_SUITE_END()
