# ── How it is carried out ────────────────────────────────────────────────────────────────────────────────
# One line of the journal for each thing that happened, appended whole: seconds since 1970, what, which action.
# An action's own process writes its end, so that it is known even if this one is killed.

say() {
  now
  printf '%(%H:%M:%S)T  %s\n' "$NOW" "$*"
}
complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
quit() { complain "$2"; exit "$1"; }

# note WHAT ACTION: writes a line of the journal.
note() {
  now
  printf '%s\t%s\t%s\t%s\n' "$NOW" "$1" "$2" "${TITLE[$2]}" >>"$JOURNAL"
}

usage() {
  cat <<USAGE
usage: ${0##*/} [--dry-run] [--journal FILE] [--site FILE] [--on-time]

  --dry-run       print what would be done, in order, and do nothing
  --journal FILE  what was done is kept there (\$MVM_JOURNAL; by default $DEFAULT_JOURNAL beside this script);
                  a second start goes on where the first ended: it repeats nothing that ended well
  --site FILE     bash that defines functions of this script anew (\$MVM_SITE)
  --on-time       count from the planned start, and wait for it, instead of from now

Exit status: 0 all is done; 1 an action failed; 2 wrong usage; 3 the journal or its lock cannot be had;
130 interrupted. After a first SIGINT or SIGTERM nothing new starts; a second one ends the script at once.
USAGE
}

options() {
  DRY_RUN='' ON_TIME=''
  JOURNAL=${MVM_JOURNAL-} SITE=${MVM_SITE-}
  while (( $# > 0 )); do
    case $1 in
      --dry-run) DRY_RUN=1 ;;
      --on-time) ON_TIME=1 ;;
      --journal | --site)
        (( $# > 1 )) || quit 2 "$1 needs a file"
        if [[ $1 == --site ]]; then SITE=$2; else JOURNAL=$2; fi
        shift
        ;;
      --journal=*) JOURNAL=${1#*=} ;;
      --site=*) SITE=${1#*=} ;;
      -h | --help) usage; exit 0 ;;
      *) usage >&2; exit 2 ;;
    esac
    shift
  done
  if [[ -z $JOURNAL ]]; then
    JOURNAL=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/$DEFAULT_JOURNAL || exit 3
  fi
  [[ -z $ON_TIME || -n $PLANNED_START ]] || quit 2 'the plan does not say on which day it starts'
  : "${MVM_POLL:=2}" "${MVM_ANSWER_TIMEOUT:=15}" "${MVM_BOOT_TIMEOUT:=900}" "${MVM_SHUTDOWN_TIMEOUT:=900}"
}

# action NUMBER START END NOT_BEFORE AFTER WHAT: an action of the table.
declare -A TITLE=() BEGIN=() END=() NOT_BEFORE=() AFTER=() NEXT=() WAITS_FOR=() STATE=() BEFORE=() PID=()
declare -a ORDER=() READY=()
# Seconds after which the processes of running actions are looked after.
WATCH=5
action() {
  local before
  ORDER+=("$1")
  BEGIN[$1]=$2 END[$1]=$3 NOT_BEFORE[$1]=$4 AFTER[$1]=$5 TITLE[$1]=$6 STATE[$1]=waiting
  WAITS_FOR[$1]=0
  for before in $5; do
    NEXT[$before]+=" $1"
    WAITS_FOR[$1]=$(( WAITS_FOR[$1] + 1 ))
  done
}

# Reads what an earlier run has done, or begins a journal.
read_journal() {
  local head kind hash when what number _
  if [[ -s $JOURNAL ]]; then
    { IFS=$'\t' read -r kind hash STARTED _ && head=yes; } <"$JOURNAL"
    [[ ${head-} && $kind == mvm-journal/1 ]] || quit 3 "$JOURNAL is no journal of a plan"
    [[ $hash == "$PLAN_HASH" ]] || quit 3 "$JOURNAL is the journal of another plan"
    while IFS=$'\t' read -r when what number _; do
      [[ $when =~ ^[0-9]+$ && ${number-} =~ ^[0-9]+$ && ${STATE[$number]-} ]] || continue
      case $what in
        started | ended | failed) STATE[$number]=$what ;;
      esac
    done <"$JOURNAL"
    # A line that was cut off is not to be continued.
    [[ $DRY_RUN || -z $(tail -c 1 -- "$JOURNAL") ]] || printf '\n' >>"$JOURNAL"
    return
  fi
  now
  STARTED=$NOW
  if [[ $ON_TIME ]]; then STARTED=$PLANNED_START; fi
  [[ $DRY_RUN ]] || printf 'mvm-journal/1\t%s\t%s\t%s\n' "$PLAN_HASH" "$STARTED" "$PLAN" >"$JOURNAL" ||
    quit 3 "$JOURNAL cannot be written"
}

# One run at a time. The lock goes to the processes of the actions too: if only the script is killed, the next run
# waits until what it had started is over. Their commands do not have it, since some leave daemons behind.
lock() {
  local holder=
  LOCKED=
  : >>"$JOURNAL.lock" || quit 3 "$JOURNAL.lock cannot be written"
  read -r holder <"$JOURNAL.lock"
  if type -P flock >/dev/null; then
    exec {LOCK}>>"$JOURNAL.lock"
    if ! flock -n "$LOCK"; then
      ! alive "$holder" || quit 3 "process $holder carries out this plan already"
      say 'waiting for the end of what a killed run has started'
      flock "$LOCK"
    fi
  else
    exec {LOCK}>/dev/null
    until mkdir -- "$JOURNAL.locked" 2>/dev/null; do
      ! alive "$holder" || quit 3 "process $holder carries out this plan already ($JOURNAL.locked)"
      rmdir -- "$JOURNAL.locked" || quit 3 "$JOURNAL.locked cannot be removed"
    done
    LOCKED=$JOURNAL.locked
  fi
  printf '%s\n' "$$" >"$JOURNAL.lock"
}

alive() { [[ $1 =~ ^[0-9]+$ ]] && kill -0 "$1" 2>/dev/null; }

# launch NUMBER: starts an action. Its process says itself that it has begun: a signal to all of them may end it before it
# is safe from signals, and then it has done nothing.
launch() {
  local number=$1 RESUMED=
  if [[ ${STATE[$number]} != waiting ]]; then RESUMED=1; fi
  BEFORE[$number]=${STATE[$number]}
  STATE[$number]=running
  say "start  ${TITLE[$number]}"
  launched "$number"
  {
    # A signal to all of them is for the script alone.
    trap '' INT TERM
    entered "$number"
    printf '%s\n' "$BASHPID" >"$WORK/$number.begun"
    note started "$number"
    status=0
    # What it says is kept apart, since actions run side by side.
    ( "action_$number" ) {LOCK}>&- {EVENTS}>&- </dev/null >"$WORK/$number" 2>&1 || status=$?
    if (( status == 0 )); then note ended "$number"; else note failed "$number"; fi
    tell "$number" "$BASHPID" "$status"
  } &
  PID[$number]=$!
  RUNNING=$(( RUNNING + 1 ))
}

# settle NUMBER PROCESS STATUS: the process of an action has ended, or was lost.
settle() {
  # One that was taken for lost may have sent its end after all.
  [[ ${PID[$1]-} == "$2" ]] || return 0
  settled "$1"
  unset "PID[$1]"
  RUNNING=$(( RUNNING - 1 ))
  local begun=
  if [[ -e $WORK/$1.begun ]]; then read -r begun <"$WORK/$1.begun"; fi
  if [[ $begun == "$2" ]]; then
    finish "$1" "$3"
  else
    STATE[$1]=${BEFORE[$1]}
    READY+=("$1")
  fi
}

# finish NUMBER STATUS: an action has ended.
finish() {
  local number=$1 status=$2 line next
  if (( status == 0 )); then
    STATE[$number]=ended
    say "done   ${TITLE[$number]}"
    release_after "$number"
  else
    STATE[$number]=failed
    say "FAILED ${TITLE[$number]} (status $status)"
    skip_after "$number"
  fi
  [[ -s $WORK/$number ]] || return 0
  while IFS= read -r line || [[ $line ]]; do
    say "       | ${line//[[:cntrl:]]/ }"
  done < <(tail -n 20 -- "$WORK/$number" 2>/dev/null)
}

# release_after NUMBER: those that waited for it alone are ready.
release_after() {
  local next
  for next in ${NEXT[$1]-}; do
    WAITS_FOR[$next]=$(( WAITS_FOR[$next] - 1 ))
    (( WAITS_FOR[$next] > 0 )) || READY+=("$next")
  done
}

# skip_after NUMBER: whatever depends on it, at first or second hand, is not started.
skip_after() {
  local -a todo=("$1")
  local next
  while (( ${#todo[@]} > 0 )); do
    for next in ${NEXT[${todo[-1]}]-}; do
      [[ ${STATE[$next]} != skipped ]] || continue
      STATE[$next]=skipped
      say "skip   ${TITLE[$next]}"
      todo=("$next" "${todo[@]}")
    done
    unset 'todo[-1]'
  done
}

# Starts those that are ready as far as the clock allows. Sets SLEEP to the seconds after which it may allow more.
launch_ready() {
  local number left
  local -a later=()
  SLEEP=$WATCH
  for number in "${READY[@]}"; do
    # Done by an earlier run.
    [[ ${STATE[$number]} != ended ]] || continue
    now
    left=$(( STARTED + NOT_BEFORE[$number] - NOW ))
    if [[ $STOPPING ]]; then
      later+=("$number")
    elif (( left <= 0 )); then
      launch "$number"
    else
      later+=("$number")
      if (( left < SLEEP )); then SLEEP=$left; fi
    fi
  done
  READY=("${later[@]}")
}

# Actions whose process was killed have nobody to say how they ended.
look_for_lost() {
  local number
  for number in "${!PID[@]}"; do
    kill -0 "${PID[$number]}" 2>/dev/null || LOST+=("$number")
  done
}

interrupted() {
  if [[ $STOPPING ]]; then quit 130 'left at once; what was started goes on by itself'; fi
  STOPPING=1
  say 'nothing new is started; waiting for what runs (once more to leave at once)'
  printf 'wake\n' >&"$EVENTS"
}

clean_up() {
  rm -rf -- "$WORK"
  [[ ! $LOCKED ]] || rmdir -- "$LOCKED"
}

# Carries the plan out.
run() {
  local number process status
  local -a LOST=()
  STOPPING='' RUNNING=0
  # The ends of actions arrive here, one line each.
  if ! { WORK=$(mktemp -d) && trap clean_up EXIT && mkfifo "$WORK/events"; }; then
    quit 3 'no place for temporary files'
  fi
  exec {EVENTS}<>"$WORK/events"
  trap interrupted INT TERM
  trap '' HUP PIPE
  # Nobody is there to answer ssh: it is to fail, not to wait.
  export SSH_ASKPASS=${SSH_ASKPASS-false} SSH_ASKPASS_REQUIRE=force
  while :; do
    SLEEP=$WATCH
    [[ $STOPPING ]] || launch_ready
    (( RUNNING > 0 )) || [[ ! $STOPPING && ${#READY[@]} -gt 0 ]] || break
    if [[ $STOPPING ]]; then SLEEP=1; fi
    if next_event "$SLEEP"; then
      read -r number process status <<<"$EVENT"
      [[ $number == wake ]] || settle "$number" "$process" "$status"
    else
      for number in "${LOST[@]}"; do settle "$number" "${PID[$number]-}" 137; done
      LOST=()
      # Those that have gone without a word are given until the next look.
      look_for_lost
    fi
  done
}

# Prints what would be done, by time.
dry_run() {
  local number before
  local -a lines
  printf 'plan %s: %s actions\n' "$PLAN" "${#ORDER[@]}"
  for number in "${ORDER[@]}"; do
    printf '\n%s to %s  %s%s\n' "$(clock "${BEGIN[$number]}")" "$(clock "${END[$number]}")" "${TITLE[$number]}" \
      "$([[ ${STATE[$number]} != ended ]] || printf ' (has been done)')"
    (( NOT_BEFORE[$number] == 0 )) || printf '    not before %s\n' "$(clock "${NOT_BEFORE[$number]}")"
    for before in ${AFTER[$number]}; do printf '    after %s\n' "${TITLE[$before]}"; done
    mapfile -t lines < <(declare -f "action_$number")
    # Without the braces, and without what a terminal would obey.
    lines=("${lines[@]//[[:cntrl:]]/?}")
    printf '  %s\n' "${lines[@]:2:${#lines[@]}-3}"
  done
}

# +HOURS:MINUTES:SECONDS
clock() { printf '+%d:%02d:%02d' "$(( $1 / 3600 ))" "$(( $1 / 60 % 60 ))" "$(( $1 % 60 ))"; }

# Says what came of it all.
summary() {
  local number state status=0
  local -A count=([ended]=0 [failed]=0 [skipped]=0 [left]=0)
  for number in "${ORDER[@]}"; do
    state=${STATE[$number]}
    case $state in
      waiting | started) state=left status=1 ;;
      failed | skipped) status=1 ;;
    esac
    count[$state]=$(( count[$state] + 1 ))
    [[ $state == ended ]] || printf '%-8s %s\n' "$state" "${TITLE[$number]}"
  done
  printf '%s done, %s failed, %s skipped, %s left\n' "${count[ended]}" "${count[failed]}" "${count[skipped]}" "${count[left]}"
  if [[ $STOPPING ]] && (( count[left] > 0 )); then status=130; fi
  return "$status"
}

main() {
  local number
  options "$@"
  if [[ $SITE ]]; then
    # shellcheck source=/dev/null
    source "$SITE" || quit 2 "$SITE cannot be read"
  fi
  [[ $DRY_RUN ]] || lock
  read_journal
  if [[ $DRY_RUN ]]; then dry_run; exit 0; fi
  for number in "${ORDER[@]}"; do
    (( WAITS_FOR[$number] > 0 )) || READY+=("$number")
  done
  for number in "${ORDER[@]}"; do
    [[ ${STATE[$number]} != ended ]] || release_after "$number"
  done
  run
  summary
}

main "$@"
