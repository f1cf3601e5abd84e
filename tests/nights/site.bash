# The site file of a night: the script's clock is the world's, and so are the tools. Each process speaks with the world
# over a connection: an action's own, which ends with the action; that of the main process; or one for a single question.
# A request is a line of words with \x1f between them. An answer is lines that begin with 1 (to stdout) or 2 (to stderr),
# and one that begins with = and has the status.

# reach: sets LINE to the connection of this process.
reach() {
  if [[ ${ACTION_LINE-} ]]; then
    LINE=$ACTION_LINE
  elif [[ $BASHPID == "$$" && ${MAIN_LINE-} ]]; then
    LINE=$MAIN_LINE
  else
    exec {LINE}<>"/dev/tcp/127.0.0.1/$NIGHT_PORT" || exit 125
    printf 'hello\x1fquestion\x1f%s\x1f%s\n' "$NIGHT_RUN" "$BASHPID" >&"$LINE"
  fi
}

# leave: closes it if it was for a single question.
leave() {
  [[ $LINE == "${ACTION_LINE-}" || $LINE == "${MAIN_LINE-}" ]] || exec {LINE}>&-
}

# to_world WORD…: sends a request, prints the answer, returns its status.
to_world() {
  local LINE text='' IFS=$'\x1f'
  local words="$*"
  reach
  printf '%s\n' "${words//$'\n'/$'\x1e'}" >&"$LINE"
  while IFS= read -r text <&"$LINE"; do
    case $text in
      1*) printf '%s\n' "${text:1}" ;;
      2*) printf '%s\n' "${text:1}" >&2 ;;
      =*) break ;;
    esac
  done
  leave
  # Without an answer the world has ended.
  return "${text:1}"
}

now() {
  local LINE
  reach
  printf 'now\n' >&"$LINE"
  IFS= read -r NOW <&"$LINE"
  leave
}

nap() { to_world nap "$1" "$BASHPID"; }

within() {
  local LIMIT=$1
  "${@:2}"
}

launched() { to_world launched "$1"; }

settled() { printf 'settled\x1f%s\n' "$1" >&"$MAIN_LINE"; }

entered() {
  [[ ! ${NIGHT_ACTION-} ]] || return 0
  exec {MAIN_LINE}>&-
  MAIN_LINE=''
  # The highest number, so that it is closed last: whoever has heard that it is closed finds the lock free.
  exec 200<>"/dev/tcp/127.0.0.1/$NIGHT_PORT" || exit 125
  ACTION_LINE=200
  printf 'hello\x1faction\x1f%s\x1f%s\x1f%s\n' "$NIGHT_RUN" "$BASHPID" "$1" >&"$ACTION_LINE"
}

tell() {
  to_world told
  printf '%s\n' "$*" >&"$EVENTS"
}

next_event() {
  # After a signal it would look after its processes each second.
  [[ ! ${STOPPING-} ]] || set -- 30
  # The world writes `tick` there when the time has come.
  printf 'wait\x1f%s\x1f%s\x1f%s\n' "$1" "$$" "$EVENTS" >&"$MAIN_LINE"
  IFS= read -r EVENT <&"$EVENTS" || return 1
  [[ $EVENT != tick ]] || return 1
  printf 'took\n' >&"$MAIN_LINE"
}

# The command of an action may be ended from outside: whoever waits for it goes on then.
kill() {
  [[ $1 == -0 ]] || to_world ended "${@: -1}"
  builtin kill "$@"
}

flock() {
  until command flock -n "${@: -1}"; do
    [[ $1 != -n ]] || return 1
    nap 5
  done
}

# The tools.
for tool in virsh ipmitool ssh openstack; do
  eval "$tool() { to_world call \"\${LIMIT-}\" \"\$BASHPID\" $tool \"\$@\"; }"
done
kubectl() {
  [[ "$1 $2 $3" != 'create -f -' ]] || set -- "$@" "$(cat)"
  to_world call "${LIMIT-}" "$BASHPID" kubectl "$@"
}

WATCH=$NIGHT_WATCH
if [[ ${NIGHT_ACTION-} ]]; then
  # An action alone, of a machine that is a part of the night.
  exec 200<>"/dev/tcp/127.0.0.1/$NIGHT_PORT" || exit 125
  ACTION_LINE=200
  printf 'hello\x1faction\x1f%s\x1f%s\x1f%s\n' "$NIGHT_RUN" "$BASHPID" "$NIGHT_ACTION" >&"$ACTION_LINE"
elif [[ $NIGHT_PORT != 0 ]]; then
  exec {MAIN_LINE}<>"/dev/tcp/127.0.0.1/$NIGHT_PORT" || exit 125
  printf 'hello\x1fmain\x1f%s\x1f%s\n' "$NIGHT_RUN" "$$" >&"$MAIN_LINE"
else
  # Beside a script that runs: whatever this one does is written down, and nothing answers.
  to_world() {
    printf '%s ' "$@" >>"$NIGHT_TOUCHED"
    printf '\n' >>"$NIGHT_TOUCHED"
    return 1
  }
  now() { NOW=$NIGHT_NOW; }
  nap() { exit 98; }
  next_event() { exit 99; }
fi
