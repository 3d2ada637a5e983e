# shellcheck shell=bash
# bash completion for sse-worker, sse-worker-pipe, sse-worker-probe and sse-worker-top. The words are those of --help of the program that is completed, so that they are
# never those of another version.

# The options and commands that a help text names, one a line.
_sse_worker_words() {
  "$@" --help 2>/dev/null | sed -n 's/^  \(-h,\)\{0,1\}\(--[a-z-]*\).*/\2/p; /^Subcommands:/,/^$/s/^  \([a-z]\{1,\}\) .*/\1/p'
}

_sse_worker() {
  local word=$2 before=$3 command=$1 verb=()
  COMPREPLY=()
  command -v "$command" >/dev/null || return 0
  case $before in
    --config | --secret-file | --key-file | --header-file | --socket)
      compopt -o filenames 2>/dev/null || true # not while it is tested
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    --key)
      [[ $command == *pipe || ${COMP_WORDS[1]-} == pipe ]] && return
      compopt -o filenames 2>/dev/null || true # not while it is tested
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    --user)
      mapfile -t COMPREPLY < <(compgen -u -- "$word")
      return ;;
    --for)
      mapfile -t COMPREPLY < <(compgen -W 'readers publishers' -- "$word")
      return ;;
    --split)
      mapfile -t COMPREPLY < <(compgen -W 'line chunk' -- "$word")
      return ;;
    --algorithm)
      mapfile -t COMPREPLY < <(compgen -W 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA' -- "$word")
      return ;;
    --topic | --event | --url | --abort | --writer | --subscribe | --publish | --subject | --expires | --origin | --idle | --timeout)
      return ;;
  esac
  # The command is the first word that is one; only sse-worker has commands.
  local n
  for ((n = 1; n < COMP_CWORD; ++n)); do
    case ${COMP_WORDS[n]} in
      check | token | pipe | probe | top) verb=("${COMP_WORDS[n]}"); break ;;
    esac
  done
  local words
  words=$(_sse_worker_words "$command" "${verb[@]}")
  # check and token take the file that the worker takes.
  [[ ${verb[0]-} != @(check|token) ]] || words+=$'\n--config'
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _sse_worker sse-worker sse-worker-pipe sse-worker-probe sse-worker-top
