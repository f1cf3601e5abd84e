# ── What runs too long ───────────────────────────────────────────────────────────────────────────────────

# look_after_running: says who is late, and does at their limits what their policies say. Sets SLEEP.
look_after_running() {
  local number left
  SLEEP=$WATCH
  for number in "${!PID[@]}"; do
    if (( NOW >= NEXT_LOOK[$number] )); then look_after "$number"; fi
    left=$(( NEXT_LOOK[$number] - NOW ))
    if (( left < SLEEP )); then SLEEP=$left; fi
  done
  for number in "${!DUE[@]}"; do
    left=$(( number - NOW ))
    if (( left < SLEEP )); then SLEEP=$left; fi
  done
  if (( SLEEP < 1 )); then SLEEP=1; fi
  if [[ $STOPPING && $WATCH -lt 60 ]]; then SLEEP=1; fi
}

look_after() {
  local number=$1 ran=$(( NOW - BEGUN[$1] )) stage=${TOLD[$1]-}
  if (( ran < LIMIT[$number] )) || [[ ${KIND[$number]} == pause ]]; then
    say "LATE   ${TITLE[$number]}: $(( END[$number] - BEGIN[$number] )) s were planned, it has run for $ran s$(held_up "$number")"
    NEXT_LOOK[$number]=$(( BEGUN[$number] + LIMIT[$number] ))
    if (( 2 * ran < LIMIT[$number] )) || [[ ${KIND[$number]} == pause ]]; then NEXT_LOOK[$number]=$(( NOW + ran )); fi
    return
  fi
  if [[ $stage != limit ]]; then
    TOLD[$number]=limit
    at_limit "$number" "$ran"
    NEXT_LOOK[$number]=$(( NOW + MVM_GRACE ))
    return
  fi
  case ${KIND[$number]}.${POLICY[$number]} in
    *.wait | migrate.suspend | migrate.post)
      say "LATE   ${TITLE[$number]}: it has run for $ran s$(held_up "$number")"
      NEXT_LOOK[$number]=$(( NOW + LIMIT[$number] ))
      ;;
    *)
      say "kill   ${TITLE[$number]}: it goes on"
      end_command "$number" KILL
      NEXT_LOOK[$number]=$(( NOW + MVM_GRACE ))
      ;;
  esac
}

# at_limit NUMBER SECONDS: what is done about an action that has run for so long.
at_limit() {
  local policy=${POLICY[$1]}
  if [[ ${KIND[$1]} != migrate && $policy != wait ]]; then
    say "LIMIT  ${TITLE[$1]}: it has run for $2 s and is given up"
    : >"$WORK/$1.over"
    end_command "$1" TERM
    return
  fi
  case $policy in
    wait) say "LIMIT  ${TITLE[$1]}: it has run for $2 s; the plan says to wait$(held_up "$1")" ;;
    abort | suspend | post)
      say "LIMIT  ${TITLE[$1]}: it has run for $2 s; the plan says: $policy"
      ask "$policy" "${FROM[$1]}" "${GUEST[$1]}" >/dev/null 2>&1 || say "       its $policy was refused"
      ;;
  esac
}

# end_command NUMBER SIGNAL: ends the command of an action, with all that it has started.
end_command() {
  local group
  [[ -e $WORK/$1.group ]] && read -r group <"$WORK/$1.group" && kill "-$2" -- "-$group" 2>/dev/null
}

# held_up NUMBER: who waits for it, in words.
held_up() {
  local next names='' count=0
  for next in ${NEXT_DONE[$1]-} ${NEXT_OVER[$1]-}; do
    count=$(( count + 1 ))
    (( count > 3 )) || names+="${names:+, }${TITLE[$next]}"
  done
  (( count <= 3 )) || names+=" and $(( count - 3 )) more"
  [[ ! $names ]] || printf '; it holds up %s' "$names"
}

# Actions whose process was killed have nobody to say how they ended.
look_for_lost() {
  local number
  for number in "${!PID[@]}"; do
    kill -0 "${PID[$number]}" 2>/dev/null || LOST+=("$number")
  done
}
