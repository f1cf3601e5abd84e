# ── One action alone ─────────────────────────────────────────────────────────────────────────────────────
# For programs that decide themselves who starts when, such as `mvm run`: looks, command, journal and policies are those of the
# script. They hold the lock, and may give it to the action as its standard input, so that it stays taken if only they are killed. They find
# the lines of the events on standard output, what it says on standard error, and in the folder $MVM_WORK the files that
# the main process has otherwise. Those that keep the order but not the time
# let it wait for its turn first, and give --in-turn.

# in_turn: waits until the clock lets it start; 1: it never will again.
in_turn() {
  local moment REASON=
  while :; do
    now
    moment=$NOW
    if (( moment < STARTED )); then moment=$STARTED; fi
    next_opening "$ACTION" || refuse "$REASON" || return
    (( moment > NOW )) || return 0
    nap "$MVM_POLL"
  done
}

one_action() {
  if [[ ! $STARTED ]]; then
    # Several may be the first.
    set_start
    ( set -o noclobber && journal_head >"$JOURNAL" ) 2>/dev/null
    read_journal
  fi
  set_start
  [[ ${STATE[$ACTION]-} ]] || quit 2 "there is no action $ACTION"
  if [[ $WHAT == turn ]]; then
    [[ ${STATE[$ACTION]} == ended ]] || in_turn
    return
  fi
  if [[ $WHAT != perform ]]; then
    ask "$WHAT" "${FROM[$ACTION]}" "${GUEST[$ACTION]}"
    return
  fi
  if [[ ${STATE[$ACTION]} == ended ]]; then
    say_found 'it was done before'
    return
  fi
  if [[ ${MVM_WORK-} ]]; then
    WORK=$MVM_WORK MAIN=$PPID
  else
    work_place
  fi
  exec {LOCK}<&0 </dev/null {EVENTS}>&1 >&2
  trap '' HUP PIPE
  export SSH_ASKPASS=${SSH_ASKPASS-false} SSH_ASKPASS_REQUIRE=force
  RESUMED='' STOPPING=''
  [[ ! ${REALLY_STARTED[$ACTION]-} ]] || RESUMED=1
  BEFORE[$ACTION]=${STATE[$ACTION]}
  now
  BEGUN[$ACTION]=$NOW
  [[ ${KIND[$ACTION]} != pause ]] || say_pause "$ACTION"
  if [[ $IN_TURN ]] && ! in_turn; then
    note failed "$ACTION"
    return 1
  fi
  act "$ACTION"
}
