# ── What an action looks at before and after ─────────────────────────────────────────────────────────────
# In the action's own process. What a plan believes is asked of the machines: before the command, so that nothing is done
# that should not be, and after it, whatever it said, since where a guest really runs is what counts.

# server NUMBER PLATFORM ON NEEDS NAME ADDRESS URI BMC MIGRATION OWN: a server of the plan, with the MiB that it needs at most on top
# of what it has; guest NUMBER MEMORY HOST RUNS NAME: a VM of it, with its MiB.
declare -a PLATFORM=() SERVER_NAME=() OWN_NAME=() ADDRESS=() URI=() BMC=() MIGRATION=() NEEDS=() IS_ON=() SERVERS=()
declare -a MEMORY=() HOST=() RUNS=() GUEST_NAME=() GUESTS=()
# platform NUMBER KIND FUNCTION …: how servers of a platform are asked.
declare -A HOW=()
server() {
  SERVERS+=("$1")
  PLATFORM[$1]=$2 IS_ON[$1]=$3 NEEDS[$1]=$4 SERVER_NAME[$1]=$5 ADDRESS[$1]=$6 URI[$1]=$7 BMC[$1]=$8 MIGRATION[$1]=$9
  OWN_NAME[$1]=${10}
}
guest() {
  GUESTS+=("$1")
  MEMORY[$1]=$2 HOST[$1]=$3 RUNS[$1]=$4 GUEST_NAME[$1]=$5
}
platform() {
  local number=$1
  shift
  while (( $# > 1 )); do
    HOW[$number.$1]=$2
    shift 2
  done
}

# ask KIND SERVER [GUEST]: a question to a server, with a limit in time.
# shellcheck disable=SC2034 # The commands of the datacenter read them.
ask() {
  local SERVER=$2 vm='' command=${HOW[${PLATFORM[$2]}.$1]-}
  local server=${SERVER_NAME[$2]} own_name=${OWN_NAME[$2]} address=${ADDRESS[$2]} uri=${URI[$2]} bmc=${BMC[$2]}
  if [[ ${3-} ]]; then vm=${GUEST_NAME[$3]}; fi
  knows "$1" "$2" || return 3
  within "$MVM_ANSWER_TIMEOUT" "${command:-libvirt_$1}" </dev/null
}

# knows KIND SERVER: whether that can be asked of the server: not where it has a platform of its own without such a command.
knows() {
  [[ ${HOW[${PLATFORM[$2]}.$1]-} || $1 == power || ! ${HOW[${PLATFORM[$2]}.guests]-} ]]
}

# refuse TEXT: says why an action is not done, or has not been.
refuse() {
  printf '%s\n' "$*" >&2
  return 1
}

# has KIND SERVER GUEST: whether the guest is in that list of the server. 2: it cannot be asked.
has() {
  local names name=${GUEST_NAME[$3]}
  names=$(ask "$1" "$2" "$3") || return 2
  # The list has no line ends at its end.
  while [[ $name == *$'\n' ]]; do name=${name%$'\n'}; done
  [[ $'\n'$names$'\n' == *$'\n'"$name"$'\n'* ]]
}

# has_room SERVER GUEST
has_room() {
  local free name=${SERVER_NAME[$1]}
  (( MEMORY[$2] > 0 )) && knows free "$1" || return 0
  free=$(ask free "$1") && [[ $free =~ ^[0-9]+$ ]] || refuse "$name does not say how much memory is free" || return
  (( free >= MEMORY[$2] )) || refuse "$name has $free MiB free, ${GUEST_NAME[$2]} needs ${MEMORY[$2]} MiB"
}

# until_seen TEXT COMMAND…: waits until the command succeeds; the main process ends the wait at the action's limit.
until_seen() {
  until "${@:2}"; do
    if [[ -e $WORK/$number.over ]] || left_alone; then refuse "$1" || return; fi
    nap "$MVM_POLL"
  done
}

# left_alone: whether the main process was killed and the action's limit is over: nobody else ends it, and it holds the lock.
left_alone() {
  ! alive "$MAIN" || return
  now
  (( NOW >= BEGUN[$number] + LIMIT[$number] ))
}

# before_KIND: 0: the command is to be given; 1: it must not; 2: nothing is left to do; 3: it was given, and goes on.
# after_KIND STATUS: whether the command, which ended so, has had its effect.

before_migrate() {
  local here there try
  for try in 1 2 3; do
    has guests "$source" "$guest"
    here=$?
    has guests "$target" "$guest"
    there=$?
    case $here$there in
      10)
        say_found "$vm runs on $to already"
        return 2
        ;;
      01)
        if ask migrating "$source" "$guest" >/dev/null 2>&1; then
          [[ $RESUMED ]] || refuse "$vm is being migrated by somebody else" || return
          return 3
        fi
        has defined "$target" "$guest"
        case $? in
          # It may have arrived between these questions.
          0) (( try < 3 )) || refuse "$to has a guest of the name $vm already" || return ;;
          1)
            has_room "$target" "$guest"
            return
            ;;
          *) refuse "$to cannot be asked for its guests" || return ;;
        esac
        ;;
      00)
        # On both while it moves, and for a moment when it has.
        if ask migrating "$source" "$guest" >/dev/null 2>&1; then
          [[ $RESUMED ]] || refuse "$vm is being migrated by somebody else" || return
          return 3
        fi
        ;;
      11) break ;;
      20 | 21 | 22 | 02 | 12) ;;
    esac
    nap "$MVM_POLL"
  done
  refuse "$(where_it_is "$here" "$there")"
}

after_migrate() {
  local status=$1 here there try=0
  while :; do
    has guests "$source" "$guest"
    here=$?
    has guests "$target" "$guest"
    there=$?
    case $here$there in
      10)
        (( status == 0 )) || say_found "the command failed (status $status), but $vm runs on $to"
        return 0
        ;;
      00 | 01)
        # The hypervisors carry it out without the command.
        if ask migrating "$source" "$guest" >/dev/null 2>&1 && ! left_alone; then
          nap "$MVM_POLL"
          continue
        fi
        [[ $here$there != 01 ]] || (( try == 0 )) || break
        ;;
      11) (( try == 0 )) || break ;;
    esac
    try=$(( try + 1 ))
    (( try < 4 )) || break
    nap "$MVM_POLL"
  done
  refuse "$(where_it_is "$here" "$there")"
}

# where_it_is HERE THERE: what both ends of a migration say of its guest.
where_it_is() {
  case $1$2 in
    00) printf '%s runs on both %s and %s' "$vm" "$from" "$to" ;;
    01) printf '%s runs on %s' "$vm" "$from" ;;
    11) printf '%s runs neither on %s nor on %s' "$vm" "$from" "$to" ;;
    22) printf 'neither %s nor %s can be asked where %s is' "$from" "$to" "$vm" ;;
    2?) printf '%s cannot be asked whether %s is there' "$from" "$vm" ;;
    ?2) printf '%s cannot be asked whether %s is there' "$to" "$vm" ;;
  esac
}

# Who is moved cold is stopped, taken to the other server and started there, each of these only if it is left to be done: a second
# try goes on where the first one ended.

before_cold() {
  local here there
  has guests "$source" "$guest"
  here=$?
  has guests "$target" "$guest"
  there=$?
  case $here$there in
    10)
      say_found "$vm runs on $to already"
      return 2
      ;;
    01)
      has defined "$target" "$guest"
      case $? in
        0) refuse "$to has a guest of the name $vm already" ;;
        1) has_room "$target" "$guest" ;;
        *) refuse "$to cannot be asked for its guests" ;;
      esac
      ;;
    11)
      [[ $RESUMED ]] || refuse "$(where_it_is 1 1)" || return
      has defined "$source" "$guest" || has defined "$target" "$guest" || refuse "neither $from nor $to has a guest $vm"
      ;;
    *) refuse "$(where_it_is "$here" "$there")" ;;
  esac
}

# stop_cold, copy_cold, start_cold COMMAND…: the three parts.
stop_cold() {
  if is_gone; then return 0; fi
  "$@" || return
  until_seen "$vm has not stopped" is_gone
}

copy_cold() {
  has defined "$source" "$guest"
  case $? in
    0) "$@" ;;
    1) return 0 ;;
    *) refuse "$from cannot be asked for its guests" ;;
  esac
}

start_cold() {
  at_target
  "$@"
}

is_gone() {
  has guests "$source" "$guest"
  (( $? == 1 ))
}

after_cold() {
  local status=$1
  if (( status == 0 )); then
    until_seen "$vm does not run on $to" has guests "$target" "$guest"
    return
  fi
  if has guests "$target" "$guest"; then
    say_found "the command failed (status $status), but $vm runs on $to"
    return 0
  fi
  # It is not left alone, stopped where it was.
  if is_gone && has defined "$source" "$guest" && ! has defined "$target" "$guest"; then
    if "again_$number"; then say_found "$vm is started again on $from"; fi
  fi
  refuse "the command failed (status $status)"
}

before_boot() {
  case $(ask power "$target") in
    off) return 0 ;;
    on)
      if is_up "$target"; then
        say_found "$to is on already"
        return 2
      fi
      printf '%s is on already, but its hypervisor does not answer yet\n' "$to"
      return 3
      ;;
    *) refuse "nobody can say whether $to is off" ;;
  esac
}

after_boot() {
  (( $1 == 0 )) || refuse "the command failed (status $1)" || return
  until_seen "$to is not up: its hypervisor does not answer" is_up "$target"
}

is_up() { ask answers "$1"; } >/dev/null 2>&1

before_shutdown() {
  local guests
  case $(ask power "$target") in
    off)
      # Without a BMC, silence may mean anything.
      [[ ${BMC[$target]} || $RESUMED || ${HOW[${PLATFORM[$target]}.power]-} ]] ||
        refuse "$to does not answer, and has no BMC that says whether it is off" || return
      say_found "$to is off already"
      return 2
      ;;
    on) ;;
    *) refuse "nobody can say whether $to is on" || return ;;
  esac
  guests=$(ask guests "$target") ||
    refuse "$to stays up: it cannot be asked which guests are on it" || return
  [[ ! $guests ]] || refuse "$to stays up: $(who_is_there "$guests")"
}

# who_is_there NAMES: those that a server still has, apart by whether the plan knows them.
who_is_there() {
  local name others=$'\n'$1$'\n' late='' text=''
  for name in "${GUEST_NAME[@]}"; do
    [[ $others == *$'\n'"$name"$'\n'* ]] || continue
    others=${others//$'\n'"$name"$'\n'/$'\n'}
    late+="${late:+, }$name"
  done
  others=${others#$'\n'} others=${others%$'\n'}
  [[ ! $late ]] || text="$late should have left"
  [[ ! $others ]] || text+="${text:+, and }the plan does not know of ${others//$'\n'/, }"
  printf '%s' "$text"
}

after_shutdown() {
  (( $1 == 0 )) || refuse "the command failed (status $1)" || return
  until_seen "$to is not off" is_off "$target"
}

is_off() { [[ $(ask power "$1") == off ]]; } 2>/dev/null

before_start() {
  has guests "$target" "$guest"
  case $? in
    0)
      say_found "$vm runs on $to already"
      return 2
      ;;
    2) refuse "$to cannot be asked which guests are on it" || return ;;
  esac
  has defined "$target" "$guest" || refuse "$to has no guest $vm" || return
  has_room "$target" "$guest"
}

after_start() {
  (( $1 == 0 )) || refuse "the command failed (status $1)" || return
  until_seen "$vm does not run on $to" has guests "$target" "$guest"
}

before_stop() {
  has guests "$target" "$guest"
  case $? in
    0) return 0 ;;
    2) refuse "$to cannot be asked which guests are on it" || return ;;
  esac
  has defined "$target" "$guest" || refuse "$to has no guest $vm" || return
  say_found "$vm is stopped already"
  return 2
}

after_stop() {
  (( $1 == 0 )) || refuse "the command failed (status $1)" || return
  until_seen "$vm has not stopped" is_stopped
}

is_stopped() {
  has guests "$target" "$guest"
  (( $? == 1 ))
}

# What a command of the plan's own has done cannot be seen: it is not given again before somebody has looked.
before_run() {
  [[ ${BEFORE[$number]} != started ]] ||
    refuse "nobody knows how its command ended: look at $to; the next start gives it again" || return
  is_up "$target" || refuse "$to does not answer"
}
after_run() { (( $1 == 0 )) || refuse "the command failed (status $1)"; }

say_found() { printf '%s\n' "$*"; }

# perform: an action, from what is looked at before to what is looked at after. Sets nothing; its status is the action's.
# The journal has it as started from right before the command: without that, nothing has been done.
perform() {
  local status=0
  "before_$kind"
  case $? in
    0)
      note started "$number" || refuse 'nothing is done: the journal cannot be written' || return
      tell "$number" "$PROCESS" started
      carry_out || status=$?
      ;;
    2) return 0 ;;
    3)
      note started "$number"
      tell "$number" "$PROCESS" started
      ;;
    *) return 1 ;;
  esac
  "after_$kind" "$status"
}

# carry_out: the command, in a process group of its own: no Ctrl-C reaches it, and the main process can end it. Only the
# group in front may read from the terminal, and a pause has to.
carry_out() {
  if [[ $kind == pause ]]; then
    "action_$number"
    return
  fi
  set -m
  ( trap - INT TERM; "action_$number" ) {LOCK}>&- {EVENTS}>&- &
  set +m
  printf '%s\n' "$!" >"$WORK/$number.group"
  wait "$!" 2>/dev/null
}
