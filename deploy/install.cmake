# Runs at `cmake --install`, for everything but the program. The shipped files name /usr; what is installed names the
# prefix in its place. Below /etc a file that is there stays as it is, because it is the operator's.
get_filename_component(source ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
set(share ${CMAKE_INSTALL_PREFIX}/share/sse-worker)

function(place from directory name)
  set(to $ENV{DESTDIR}${directory}/${name})
  if(directory MATCHES "^/etc/" AND EXISTS ${to})
    message(STATUS "Kept: ${to}")
    return()
  endif()
  message(STATUS "Installing: ${to}")
  file(READ ${from} text)
  string(REPLACE "/usr/" "${CMAKE_INSTALL_PREFIX}/" text "${text}")
  if(ARGC EQUAL 5)  # and one text by another
    string(REPLACE "${ARGV3}" "${ARGV4}" text "${text}")
  endif()
  file(WRITE ${to} "${text}")
  file(CHMOD ${to} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

# In use at once: Debian's nginx reads conf.d by itself, and snippets are there to be included.
place(${source}/deploy/nginx/sse-worker.upstream.conf /etc/nginx/conf.d sse-worker.upstream.conf)
place(${source}/deploy/nginx/sse-worker.params /etc/nginx/snippets sse-worker.params)
place(${source}/deploy/nginx/sse-worker.reset.conf /etc/nginx/snippets sse-worker.reset.conf)
place(${source}/deploy/nginx/sse-worker.locations.conf /etc/nginx/snippets sse-worker.locations.conf)
place(${source}/deploy/nginx/sse-worker.events.conf /etc/nginx/snippets sse-worker.events.conf)
place(${source}/deploy/nginx/sse-worker.common.conf /etc/nginx/snippets sse-worker.common.conf)
place(${source}/deploy/nginx/sse-worker.auth.conf /etc/nginx/snippets sse-worker.auth.conf)
place(${source}/deploy/nginx/sse-worker.question.conf /etc/nginx/snippets sse-worker.question.conf)
place(${source}/deploy/nginx/sse-worker.auth-publish.conf /etc/nginx/snippets sse-worker.auth-publish.conf)
place(${source}/deploy/nginx/sse-worker.mercure.conf /etc/nginx/snippets sse-worker.mercure.conf)
place(${source}/deploy/nginx/sse-worker.handover.conf /etc/nginx/snippets sse-worker.handover.conf)
place(${source}/deploy/nginx/sse-worker.application.conf /etc/nginx/snippets sse-worker.application.conf)
place(${source}/deploy/nginx/sse-worker.headers.conf /etc/nginx/snippets sse-worker.headers.conf)
place(${source}/deploy/nginx/sse-worker.refusals.conf /etc/nginx/snippets sse-worker.refusals.conf)

# To be linked into sites-enabled.
place(${source}/deploy/nginx/sse-worker.site.conf /etc/nginx/sites-available sse-worker.site.conf)
place(${source}/deploy/nginx/sse-worker.site-tls.conf /etc/nginx/sites-available sse-worker.site-tls.conf)

# A service keeps its history over a restart, so kind is sqlite. Only root and the worker's group may read the file, because a
# publish key and a password may be written into it; see the end.
set(config $ENV{DESTDIR}/etc/sse-worker/sse-worker.yaml)
set(config_is_new TRUE)
if(EXISTS ${config})
  set(config_is_new FALSE)
endif()
place(${source}/config/sse-worker.yaml /etc/sse-worker sse-worker.yaml "\n  kind: memory\n" "\n  kind: sqlite\n")
if(config_is_new)
  file(CHMOD ${config} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
endif()

# All of them once more as shipped, to compare with after an upgrade and to copy from.
file(GLOB nginx_files RELATIVE ${source}/deploy/nginx ${source}/deploy/nginx/*)
foreach(name ${nginx_files})
  place(${source}/deploy/nginx/${name} ${share}/nginx ${name})
endforeach()
place(${source}/config/sse-worker.yaml ${share} sse-worker.yaml)

foreach(unit sse-worker.socket sse-worker.service)
  place(${source}/deploy/systemd/${unit} ${CMAKE_INSTALL_PREFIX}/lib/systemd/system ${unit})
endforeach()
place(${source}/deploy/systemd/sse-worker.sysusers ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d sse-worker.conf)
place(${source}/deploy/systemd/sse-worker.tmpfiles ${CMAKE_INSTALL_PREFIX}/lib/tmpfiles.d sse-worker.conf)

file(INSTALL ${source}/www DESTINATION ${share})
# What an administrator runs: after an installation with DESTDIR, and after an upgrade.
file(INSTALL ${source}/deploy/make-key ${source}/deploy/prepare-account ${source}/deploy/take-over DESTINATION ${share} USE_SOURCE_PERMISSIONS)
file(INSTALL ${source}/deploy/examples DESTINATION ${share})
foreach(folder grafana prometheus)
  file(INSTALL ${source}/deploy/${folder} DESTINATION ${share})
endforeach()

# Manual pages, of which that of the configuration is made from its comments; completion for bash. SOURCE_DATE_EPOCH decides the day.
string(TIMESTAMP day "%Y-%m-%d" UTC)
set(man ${CMAKE_INSTALL_PREFIX}/share/man)
foreach(page man8/sse-worker.8 man1/sse-worker-pipe.1 man1/sse-worker-probe.1 man1/sse-worker-top.1)
  get_filename_component(name ${page} NAME)
  place(${source}/deploy/man/${name} ${man} ${page} " @DAY@ \"sse\\-worker @VERSION@\"" " ${day} \"sse\\-worker ${SSE_WORKER_VERSION}\"")
endforeach()
message(STATUS "Installing: $ENV{DESTDIR}${man}/man5/sse-worker.yaml.5")
file(MAKE_DIRECTORY $ENV{DESTDIR}${man}/man5)
execute_process(COMMAND sh ${source}/deploy/man/configuration-page ${source}/config/sse-worker.yaml ${SSE_WORKER_VERSION} ${day}
                OUTPUT_FILE $ENV{DESTDIR}${man}/man5/sse-worker.yaml.5 COMMAND_ERROR_IS_FATAL ANY)
set(completions ${CMAKE_INSTALL_PREFIX}/share/bash-completion/completions)
place(${source}/deploy/completion/sse-worker.bash ${completions} sse-worker)
foreach(name pipe probe top)
  file(CREATE_LINK sse-worker $ENV{DESTDIR}${completions}/sse-worker-${name} SYMBOLIC)
endforeach()

set(doc ${CMAKE_INSTALL_PREFIX}/share/doc/sse-worker)
file(GLOB pages RELATIVE ${source} ${source}/*.md ${source}/docs/*.md)
foreach(page ${pages})
  place(${source}/${page} ${doc} ${page})
endforeach()
place(${source}/deploy/spawn-fcgi/README.md ${doc} spawn-fcgi.md)
file(INSTALL ${source}/LICENSE DESTINATION ${doc} OPTIONAL)

# Makes the worker's user and its folders, sets the group that may read the configuration, and makes the key that publishers must
# send, which a new configuration names. With DESTDIR this builds a package, whose scripts do these steps on the machine
# (systemd-sysusers, systemd-tmpfiles, chgrp): a key in a package would be everybody's.
set(key /etc/sse-worker/publish.key)
execute_process(COMMAND id -u OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT "$ENV{DESTDIR}" STREQUAL "")
  message(STATUS "With DESTDIR no user and no publish key are made. On the machine: systemd-sysusers; systemd-tmpfiles --create; "
                 "chgrp sse-worker /etc/sse-worker/sse-worker.yaml")
elseif(user STREQUAL "0")
  execute_process(COMMAND sh ${source}/deploy/prepare-account ${CMAKE_INSTALL_PREFIX} COMMAND_ERROR_IS_FATAL ANY)
  if(config_is_new)
    if(EXISTS ${key})
      message(STATUS "Kept: ${key}")
    else()
      message(STATUS "Installing: ${key}, a random key: publishers send it as `Authorization: Bearer KEY`")
    endif()
    execute_process(COMMAND sh ${source}/deploy/make-key ${key} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND sed -i "s|^  key_file: \"\"$|  key_file: ${key}|" ${config} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND chgrp sse-worker ${config} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND chmod 0640 ${config} COMMAND_ERROR_IS_FATAL ANY)
  endif()
endif()
