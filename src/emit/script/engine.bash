# ── How it is carried out ────────────────────────────────────────────────────────────────────────────────
# One line of the journal for each thing that happened, appended whole: seconds since 1970, what, which action.
# An action's own process writes its start and its end, so that they are known even if this one is killed.

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
usage: ${0##*/} [--dry-run | --preflight | --action NUMBER [WHAT]] [--now] [--no-preflight] [--journal FILE] [--site FILE]

  --dry-run       print the commands with their times, a line for each action, and do nothing
  --preflight     ask all servers whether everything is as the plan expects it, and do nothing
  --no-preflight  do not begin with that
  --action NUMBER [turn | abort | suspend | post | progress]
                  carry out one action, whatever it waits for, or wait until the clock lets it start, or do or ask that about one that
                  runs: for \`mvm run\` and other programs that decide themselves who starts when; with --in-turn it is not carried
                  out before the clock lets it start
  --now           carry out a plan with a date at once, whatever its night is: times of day and dates in its rules stay,
                  what they count from the plan's start is counted from now
  --journal FILE  what was done is kept there (\$MVM_JOURNAL; by default $DEFAULT_JOURNAL beside this script);
                  a second start goes on where the first ended: it repeats nothing that ended well
  --site FILE     bash that defines functions of this script anew (\$MVM_SITE); those that do something are given names
                  and addresses, then the command that the plan foresees, for example
                  migrate_vm() { logger "\$1 goes from \$2 to \$3"; "\${@:4}"; }
                  boot_server() { logger "\$1 boots"; "\${@:3}"; }
                  shutdown_server() { logger "\$1 goes down"; "\${@:3}"; }
                  start_vm() { logger "\$1 starts"; "\${@:3}"; }
                  stop_vm() { logger "\$1 stops"; virsh -c "\$2" shutdown --mode agent -- "\$1"; }
                  run_on() { logger "\$1: \${*: -1}"; "\${@:3}"; }

Variables, with what they are if they are not set:
  MVM_ANSWER_TIMEOUT=15  seconds that a server has to answer a question
  MVM_POLL=2             seconds between two looks at something that is waited for
  MVM_GRACE=60           seconds that an action has to end once it was told to, before its command is killed
  MVM_BMC_USER=admin     the user of the BMCs, whose password is in IPMI_PASSWORD

Exit status: 0 all is done; 1 an action failed or was skipped; 2 wrong usage; 3 the journal or its lock cannot be had;
4 the preflight found problems; 5 it is not the plan's night; 6 the plan was finished before, and nothing was done;
130 interrupted. After a first SIGINT or SIGTERM nothing new starts; a second one ends the script at once.
USAGE
}

options() {
  DRY_RUN='' PREFLIGHT='' NO_PREFLIGHT='' AT_ONCE='' ACTION='' WHAT=perform IN_TURN='' MAIN=$$
  JOURNAL=${MVM_JOURNAL-} SITE=${MVM_SITE-}
  while (( $# > 0 )); do
    case $1 in
      --dry-run) DRY_RUN=1 ;;
      --preflight) PREFLIGHT=1 ;;
      --no-preflight) NO_PREFLIGHT=1 ;;
      --now) AT_ONCE=1 ;;
      --journal | --site)
        (( $# > 1 )) || quit 2 "$1 needs a file"
        if [[ $1 == --site ]]; then SITE=$2; else JOURNAL=$2; fi
        shift
        ;;
      --action)
        (( $# > 1 )) || quit 2 "$1 needs a number"
        ACTION=$2
        case ${3-} in
          turn | abort | suspend | post | progress)
            WHAT=$3
            shift
            ;;
        esac
        shift
        ;;
      --in-turn) IN_TURN=1 ;;
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
  : "${MVM_POLL:=2}" "${MVM_ANSWER_TIMEOUT:=15}" "${MVM_GRACE:=60}"
  exec {LOCK}>/dev/null {EVENTS}>/dev/null
  TERMINAL=
  if [[ -t 0 && -t 1 ]]; then TERMINAL=1; fi
}

# ── Who may start ────────────────────────────────────────────────────────────────────────────────────────
# READY: those that wait for nobody. DUE: those that wait for a moment. BLOCKED: those that wait for room.

declare -a READY=() BLOCKED=()
declare -A DUE=() EARLIEST=() ZERO=()

# may_start NUMBER: sets LEFT to the seconds until it may start, to - if it must wait for others, or to nothing if it never
# may again, with the reason in REASON.
may_start() {
  local moment=$NOW
  if (( moment < STARTED )); then moment=$STARTED; fi
  if (( moment < ${EARLIEST[$1]-0} )); then moment=${EARLIEST[$1]}; fi
  REASON=
  if next_opening "$1"; then LEFT=$(( moment - NOW )); else LEFT=''; fi
  if [[ $LEFT == 0 && ${TAKES[$1]-} ]]; then find_room "$1"; fi
}

# next_opening NUMBER: moves `moment` on to where the clock and what is counted from the start both let it start; 1, with
# the REASON: they never do.
next_opening() {
  local before=
  [[ ${OPENINGS[$1]} ]] || return 0
  while [[ $before != "$moment" ]]; do
    before=$moment
    opening_told "$1" clock && opening_told "$1" start || return
  done
}

# opening_told NUMBER clock|start: the same for the openings that are told so.
opening_told() {
  local opening first last why zero=${ZERO[$2]} is_closed=
  for opening in ${OPENINGS[$1]}; do
    [[ $opening == "$2"/* ]] || continue
    opening=${opening#*/} first=${opening%%/*} opening=${opening#*/} last=${opening%%/*} why=${opening#*/}
    if [[ $last != - ]] && (( zero + last < moment )); then
      is_closed=1
      printf -v REASON 'too late: it had to start by %(%F %T)T' "$(( zero + last ))"
      [[ ! ${WHY[$why]-} ]] || REASON+=" (${WHY[$why]})"
      continue
    fi
    if [[ $first != - ]] && (( zero + first > moment )); then moment=$(( zero + first )); fi
    REASON=
    return 0
  done
  [[ ! $is_closed ]]
}

# find_room NUMBER: the same for levels whose capacity falls at some time: there must be room as long as it is to take.
find_room() {
  local taken number=$1 level take piece from capacity end worst rise zero
  for taken in ${TAKES[$number]}; do
    level=${taken%%/*} take=${taken#*/} take=${take%%/*} rise=''
    zero=${ZERO[${LEVEL_TOLD[$level]}]}
    # Before the first piece begins, what it says holds too.
    worst=${CAPACITY[$level]%% *} worst=${worst#*/}
    end=$(( NOW - zero + END[$number] - BEGIN[$number] ))
    for piece in ${CAPACITY[$level]}; do
      from=${piece%%/*} capacity=${piece#*/}
      if (( from <= NOW - zero )); then
        worst=$capacity
      elif (( from < end )); then
        if (( capacity < worst )); then worst=$capacity; fi
      fi
      if (( from > NOW - zero && LEVEL[$level] + take <= capacity )) && [[ ! $rise ]]; then rise=$from; fi
    done
    (( LEVEL[$level] + take > worst )) || continue
    REASON="no room in ${LEVEL_NAME[$level]}"
    if [[ $rise ]]; then LEFT=$(( zero + rise - NOW )); else LEFT=-; fi
    return
  done
}

# Starts those that may start; the others are put where they belong.
launch_ready() {
  local number moment
  local -a ready
  now
  for moment in "${!DUE[@]}"; do
    (( moment <= NOW )) || continue
    # shellcheck disable=SC2206
    READY+=(${DUE[$moment]})
    unset "DUE[$moment]"
  done
  ready=("${READY[@]}" "${BLOCKED[@]}")
  READY=() BLOCKED=()
  for number in "${ready[@]}"; do
    case ${STATE[$number]} in
      ended | skipped | running) continue ;;
    esac
    if [[ $STOPPING ]]; then
      READY+=("$number")
      continue
    fi
    may_start "$number"
    case $LEFT in
      0) launch "$number" ;;
      -) BLOCKED+=("$number") ;;
      '') give_up "$number" "$REASON" ;;
      *)
        DUE[$(( NOW + LEFT ))]+=" $number"
        if (( LEFT > 60 && NOW >= STARTED )); then say_wait "$number" "$LEFT"; fi
        ;;
    esac
  done
  # Nobody is left to make room.
  if (( RUNNING == 0 && ${#BLOCKED[@]} > 0 && ${#DUE[@]} == 0 && ${#READY[@]} == 0 )) && [[ ! $STOPPING ]]; then
    ready=("${BLOCKED[@]}")
    BLOCKED=()
    for number in "${ready[@]}"; do
      may_start "$number"
      give_up "$number" "$REASON, and nothing runs that will give some back"
    done
  fi
}

# say_wait NUMBER SECONDS: that it waits for the clock, once for each moment.
say_wait() {
  local at
  printf -v at '%(%F %T)T' "$(( NOW + $2 ))"
  [[ ${TOLD[$1]-} != "$at" ]] || return 0
  TOLD[$1]=$at
  say "wait   ${TITLE[$1]}: not before $at"
}

# give_up NUMBER REASON: an action that will not be started.
give_up() {
  note failed "$1"
  STATE[$1]=failed
  say "FAILED ${TITLE[$1]}: $2"
  settle_failed "$1"
}

# launch NUMBER: starts an action. Its process says itself that it has started: a signal to all of them may end it before
# it is safe from signals, and then it has done nothing.
launch() {
  local number=$1 taken take RESUMED=
  if [[ ${REALLY_STARTED[$number]-} ]]; then RESUMED=1; fi
  BEFORE[$number]=${STATE[$number]} STATE[$number]=running
  BEGUN[$number]=$NOW NEXT_LOOK[$number]=$(( NOW + LATE[$number] )) TOLD[$number]=''
  for taken in ${TAKES[$number]-}; do
    take=${taken#*/}
    LEVEL[${taken%%/*}]=$(( LEVEL[${taken%%/*}] + ${take%%/*} ))
  done
  say "start  ${TITLE[$number]}"
  [[ ${KIND[$number]} != pause ]] || say_pause "$number"
  launched "$number"
  # What it says is kept apart, since actions run side by side.
  act "$number" >"$WORK/$number" 2>&1 &
  PID[$number]=$!
  RUNNING=$(( RUNNING + 1 ))
}

# act NUMBER: an action, in its own process, from its look before to its look after; writes down and tells how it ended. 9: it
# stays open.
act() {
  local status=0
  # A signal to all of them is for the script alone.
  trap '' INT TERM
  PROCESS=$BASHPID
  entered "$1"
  printf '%s\n' "$PROCESS" >"$WORK/$1.begun"
  about "$1"
  ( perform ) </dev/null || status=$?
  case $status in
    0)
      note ended "$1"
      [[ $kind != pause ]] || rm -f -- "$(go_file "$1")"
      tell "$1" "$PROCESS" 0
      ;;
    9) tell "$1" "$PROCESS" open ;;
    *)
      note failed "$1"
      tell "$1" "$PROCESS" 1
      ;;
  esac
  return "$status"
}

# ── What follows from the end of an action ───────────────────────────────────────────────────────────────

# take_event NUMBER PROCESS WHAT: an action has really started, or its process has ended: 0 well, 1 not, open where nobody
# has answered; or it was lost.
take_event() {
  local begun=
  # One that was taken for lost may have sent its end after all.
  [[ $2 && ${PID[$1]-} == "$2" ]] || return 0
  if [[ $3 == started ]]; then
    REALLY_STARTED[$1]=$NOW
    release_started "$1"
    return
  fi
  settled "$1"
  unset "PID[$1]"
  RUNNING=$(( RUNNING - 1 ))
  if [[ -e $WORK/$1.begun ]]; then read -r begun <"$WORK/$1.begun"; fi
  if [[ $begun == "$2" && $3 == lost && ! ${LOOKED_FOR[$1]-} ]]; then
    # Its command may have done what it should: once, both ends are asked as after a restart.
    LOOKED_FOR[$1]=1
    say "lost   ${TITLE[$1]}: its process was killed; it is looked at what became of it"
    REALLY_STARTED[$1]=${REALLY_STARTED[$1]-$NOW}
    [[ ${KIND[$1]} != run ]] || end_command "$1" KILL
    give_back "$1" failed
    STATE[$1]=started
    READY+=("$1")
  elif [[ $begun == "$2" && $3 != open ]]; then
    finish "$1" "$3"
  else
    give_back "$1" failed
    STATE[$1]=${BEFORE[$1]}
    READY+=("$1")
  fi
}

# finish NUMBER STATUS: an action has ended.
finish() {
  local number=$1 status=$2 line how
  if [[ $status == 0 ]]; then
    STATE[$number]=ended
    give_back "$number" ended
    say "done   ${TITLE[$number]}"
    say_output "$number"
    settle_ended "$number"
    return
  fi
  STATE[$number]=failed
  give_back "$number" failed
  how=
  [[ $status == 1 ]] || how=': its process was killed'
  say "FAILED ${TITLE[$number]}$how"
  say_output "$number"
  if (( TRIES[$number] > 0 )); then
    TRIES[$number]=$(( TRIES[$number] - 1 ))
    say "retry  ${TITLE[$number]} in ${PAUSE[$number]} s (${TRIES[$number]} more)"
    EARLIEST[$number]=$(( NOW + PAUSE[$number] ))
    rm -f -- "$WORK/$number.over"
    READY+=("$number")
  else
    settle_failed "$number"
  fi
}

# say_output NUMBER: the last lines that the action has said.
say_output() {
  local line
  [[ -s $WORK/$1 ]] || return 0
  while IFS= read -r line || [[ $line ]]; do
    [[ ! ${line//[[:cntrl:][:space:]]/} ]] || say "       | ${line//[[:cntrl:]]/ }"
  done < <(tail -n 20 -- "$WORK/$1" 2>/dev/null)
}

# give_back NUMBER HOW: what it took of levels: all, if it came to nothing.
give_back() {
  local taken level take give
  for taken in ${TAKES[$1]-}; do
    level=${taken%%/*} take=${taken#*/} give=${take#*/} take=${take%%/*}
    if [[ $2 != ended ]]; then give=$take; fi
    LEVEL[$level]=$(( LEVEL[$level] - give ))
  done
}

# settle_ended NUMBER, settle_failed NUMBER: what becomes of those that wait for it.
settle_ended() {
  local next
  release_started "$1"
  for next in ${NEXT_DONE[$1]-}; do release "$next"; done
  settle_over "$1"
}

settle_failed() {
  local next
  local -a todo=("$1")
  while (( ${#todo[@]} > 0 )); do
    local cause=${todo[0]}
    todo=("${todo[@]:1}")
    for next in ${NEXT_DONE[$cause]-} ${NEXT_STARTED[$cause]-}; do
      next=${next%%/*}
      case ${STATE[$next]} in
        skipped | running | ended) continue ;;
      esac
      STATE[$next]=skipped
      say "skip   ${TITLE[$next]}: it needs $(reason_of "$next" "$cause")"
      todo+=("$next")
      settle_over "$next"
    done
  done
  settle_over "$1"
}

# reason_of NUMBER OTHER: the other, and why it is waited for.
reason_of() {
  local wait
  for wait in ${WAITS[$1]}; do
    [[ $wait == */"$2"/* ]] || continue
    printf '%s' "${TITLE[$2]}${WHY[${wait##*/}]:+ (${WHY[${wait##*/}]})}"
    return
  done
}

# settle_over NUMBER: it is over, however it ended, once all that it waits for are: others wait for these through it alone.
# After an earlier run, and where it was skipped, they may not be.
settle_over() {
  local next
  FINISHED[$1]=1
  (( UNOVER[$1] == 0 )) || return 0
  local -a todo=("$1")
  while (( ${#todo[@]} > 0 )); do
    local over=${todo[0]}
    todo=("${todo[@]:1}")
    for next in ${NEXT_OVER[$over]-}; do release "$next"; done
    for next in ${NEXT_DONE[$over]-} ${NEXT_OVER[$over]-} ${NEXT_STARTED[$over]-}; do
      next=${next%%/*}
      UNOVER[$next]=$(( UNOVER[$next] - 1 ))
      if [[ ${FINISHED[$next]-} ]] && (( UNOVER[$next] == 0 )); then todo+=("$next"); fi
    done
  done
}

# release NUMBER: one that it waits for less.
release() {
  PENDING[$1]=$(( PENDING[$1] - 1 ))
  (( PENDING[$1] > 0 )) || READY+=("$1")
}

# release_started NUMBER: those that start a while after it.
release_started() {
  local next lag
  [[ ! ${RELEASED[$1]-} ]] || return 0
  RELEASED[$1]=1
  for next in ${NEXT_STARTED[$1]-}; do
    lag=${next#*/} next=${next%%/*}
    lag=$(( ${REALLY_STARTED[$1]-$NOW} + lag ))
    if (( lag > ${EARLIEST[$next]-0} )); then EARLIEST[$next]=$lag; fi
    release "$next"
  done
}

# ── The run ──────────────────────────────────────────────────────────────────────────────────────────────

interrupted() {
  if [[ $STOPPING ]]; then quit 130 'left at once; what was started goes on by itself'; fi
  STOPPING=1
  : >"$WORK/stopping"
  say 'nothing new is started; waiting for what runs (once more to leave at once)'
  tell wake
}

clean_up() {
  rm -rf -- "$WORK"
  [[ ! ${LOCKED-} ]] || rmdir -- "$LOCKED"
}

work_place() {
  WORK=$(mktemp -d) || quit 3 'no place for temporary files'
  trap clean_up EXIT
}

# Seconds after which the processes of running actions are looked after.
WATCH=5

# Carries the plan out.
run() {
  local number process what
  local -a LOST=() RESTORED=()
  STOPPING='' RUNNING=0
  # What happens to actions arrives here, one line each.
  mkfifo "$WORK/events" || quit 3 'no place for temporary files'
  exec {EVENTS}<>"$WORK/events"
  trap interrupted INT TERM
  trap '' HUP PIPE
  # Nobody is there to answer ssh: it is to fail, not to wait.
  export SSH_ASKPASS=${SSH_ASKPASS-false} SSH_ASKPASS_REQUIRE=force
  for number in "${ORDER[@]}"; do
    (( PENDING[$number] > 0 )) || READY+=("$number")
    [[ ${STATE[$number]} != ended ]] || RESTORED+=("$number")
  done
  for number in "${RESTORED[@]}"; do restore "$number"; done
  while :; do
    launch_ready
    (( RUNNING > 0 )) || { [[ ! $STOPPING ]] && (( ${#READY[@]} + ${#BLOCKED[@]} + ${#DUE[@]} > 0 )); } || break
    (( ${#READY[@]} == 0 )) || [[ $STOPPING ]] || continue
    look_after_running
    if next_event "$SLEEP"; then
      read -r number process what <<<"$EVENT"
      now
      [[ $number == wake ]] || take_event "$number" "$process" "$what"
    else
      for number in "${LOST[@]}"; do take_event "$number" "${PID[$number]-}" lost; done
      LOST=()
      # Those that have gone without a word are given until the next look.
      look_for_lost
    fi
  done
}

# restore NUMBER: what an earlier run has done counts as done.
restore() {
  local taken take
  for taken in ${TAKES[$1]-}; do
    take=${taken#*/}
    LEVEL[${taken%%/*}]=$(( LEVEL[${taken%%/*}] + ${take%%/*} ))
  done
  give_back "$1" ended
  settle_ended "$1"
}

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
  local at
  options "$@"
  if [[ $SITE ]]; then
    # shellcheck source=/dev/null
    source "$SITE" || quit 2 "$SITE cannot be read"
  fi
  if [[ $DRY_RUN ]]; then
    read_journal
    dry_run
    exit 0
  fi
  if [[ $PREFLIGHT ]]; then
    read_journal
    set_start
    work_place
    preflight || exit 4
    exit 0
  fi
  if [[ $ACTION ]]; then
    read_journal
    one_action
    exit
  fi
  lock
  read_journal
  if is_finished; then
    printf -v at '%(%F %T)T' "${LAST:-$STARTED}"
    complain "plan $PLAN was finished at $at; nothing was done now"
    exit 6
  fi
  set_start
  ! not_its_night || quit 5 "$REASON"
  work_place
  say_start
  [[ $NO_PREFLIGHT ]] || preflight || quit 4 'nothing was done (--no-preflight carries the plan out all the same)'
  write_journal
  run
  summary
}
