# ── Journal and lock ─────────────────────────────────────────────────────────────────────────────────────

declare -A STATE=() BEFORE=() PID=() REALLY_STARTED=() TOLD=() BEGUN=() NEXT_LOOK=() LOOKED_FOR=()

# Reads what an earlier run has done.
read_journal() {
  local kind hash when what number _
  STARTED='' LAST=''
  [[ -s $JOURNAL ]] || return 0
  IFS=$'\t' read -r kind hash STARTED _ <"$JOURNAL"
  [[ $kind == mvm-journal/1 ]] || quit 3 "$JOURNAL is no journal of a plan"
  [[ $hash == "$PLAN_HASH" ]] || quit 3 "$JOURNAL is the journal of another plan"
  while IFS=$'\t' read -r when what number _; do
    [[ $when =~ ^[0-9]+$ && ${number-} =~ ^[0-9]+$ && ${STATE[$number]-} ]] || continue
    case $what in
      started) REALLY_STARTED[$number]=$when ;;
      ended) LAST=$when ;;
      failed) ;;
      *) continue ;;
    esac
    STATE[$number]=$what
  done <"$JOURNAL"
}

journal_head() { printf 'mvm-journal/1\t%s\t%s\t%s\n' "$PLAN_HASH" "$STARTED" "$PLAN"; }

# Begins a journal, or goes on with one whose last line may have been cut off.
write_journal() {
  if [[ -s $JOURNAL ]]; then
    [[ -z $(tail -c 1 -- "$JOURNAL") ]] || printf '\n' >>"$JOURNAL"
  else
    journal_head >"$JOURNAL" || quit 3 "$JOURNAL cannot be written"
  fi
}

# Whether all was done before.
is_finished() {
  local number
  [[ $STARTED ]] || return 1
  for number in "${ORDER[@]}"; do [[ ${STATE[$number]} == ended ]] || return 1; done
}

# When the plan starts. One with a date waits for it; of one without, the first run is the start, and its clock times
# count from there.
set_start() {
  now
  if [[ ! $STARTED ]]; then
    STARTED=$NOW
    if [[ $PLANNED_START && ! $AT_ONCE ]]; then STARTED=$PLANNED_START; fi
  fi
  # What its moments count from: those that the clock tells, and the others.
  ZERO[clock]=${PLANNED_START:-$STARTED} ZERO[start]=$STARTED
}

# not_its_night: whether a plan with a date is not carried out any more; sets REASON.
not_its_night() {
  [[ $PLANNED_START && ! $AT_ONCE ]] && (( NOW > STARTED + NIGHT )) || return 1
  printf -v REASON "this is not the plan's night: that ended at %(%F %T)T (--now carries it out all the same)" \
    "$(( STARTED + NIGHT ))"
}

say_start() {
  local at
  if (( NOW < STARTED )); then
    printf -v at '%(%F %T)T' "$STARTED"
    say "plan $PLAN: ${#ORDER[@]} actions; it starts at $at"
  elif [[ $PLANNED_START ]]; then
    say "plan $PLAN: ${#ORDER[@]} actions; its start was to be $PLANNED_CLOCK"
  elif [[ $PLANNED_CLOCK ]]; then
    printf -v at '%(%F %T)T' "$STARTED"
    say "plan $PLAN: ${#ORDER[@]} actions; it has no date: its $PLANNED_CLOCK is $at, when its first run began"
  else
    say "plan $PLAN: ${#ORDER[@]} actions"
  fi
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
    until mkdir -- "$JOURNAL.locked" 2>/dev/null; do
      ! alive "$holder" || quit 3 "process $holder carries out this plan already ($JOURNAL.locked)"
      rmdir -- "$JOURNAL.locked" || quit 3 "$JOURNAL.locked cannot be removed"
    done
    LOCKED=$JOURNAL.locked
  fi
  printf '%s\n' "$$" >"$JOURNAL.lock"
}

alive() { [[ $1 =~ ^[0-9]+$ ]] && kill -0 "$1" 2>/dev/null; }
