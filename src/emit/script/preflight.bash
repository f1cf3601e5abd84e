# ── Preflight ────────────────────────────────────────────────────────────────────────────────────────────
# Asks, and changes nothing: whether all is as the plan, and what of it has been done, makes one expect.

declare -a EXPECTED_ON=() EXPECTED_HOST=() EXPECTED_RUNS=() TURNED=() GOES_DOWN=()

# expect_by_now: sets what should be so now; `unknown` where an action was begun whose end nobody knows.
expect_by_now() {
  local number kind server guest
  for server in "${SERVERS[@]}"; do EXPECTED_ON[server]=${IS_ON[server]}; done
  for guest in "${GUESTS[@]}"; do EXPECTED_HOST[guest]=${HOST[guest]} EXPECTED_RUNS[guest]=${RUNS[guest]}; done
  for number in "${ORDER[@]}"; do
    kind=${KIND[$number]} server=${TO[$number]} guest=${GUEST[$number]}
    case $kind.${STATE[$number]} in
      shutdown.ended) EXPECTED_ON[server]=0 ;;
      boot.ended) EXPECTED_ON[server]=1 ;;
      migrate.ended | cold.ended) EXPECTED_HOST[guest]=$server ;;
      start.ended) EXPECTED_RUNS[guest]=1 ;;
      stop.ended) EXPECTED_RUNS[guest]=0 ;;
      shutdown.waiting) GOES_DOWN[server]=1 ;;
      boot.started | boot.failed | shutdown.started | shutdown.failed) EXPECTED_ON[server]=unknown ;;
      migrate.started | migrate.failed) EXPECTED_HOST[guest]=unknown ;;
      cold.started | cold.failed) EXPECTED_HOST[guest]=unknown EXPECTED_RUNS[guest]=unknown ;;
      start.started | start.failed | stop.started | stop.failed) EXPECTED_RUNS[guest]=unknown ;;
    esac
    [[ $kind != boot && $kind != shutdown ]] || TURNED[server]=1
  done
}

# finding ok|note|PROBLEM WHAT TEXT
finding() { printf '%s\t%s\t%s\n' "$1" "$2" "${3//[[:cntrl:]]/ }"; }

# probe_plan: whether it is still the plan that was made, and still its time.
probe_plan() {
  local at file hash folder REASON=
  for at in "${!INPUT[@]}"; do
    file=${INPUT[at]}
    for folder in . "$(dirname -- "${BASH_SOURCE[0]}")"; do
      [[ -f $folder/$file ]] || continue
      hash=$(sha256sum -- "$folder/$file" 2>/dev/null)
      if [[ ${hash#\\} == "${INPUT_HASH[at]} "* ]]; then
        finding ok "$file" 'is what the plan was made from'
      else
        finding PROBLEM "$file" 'has changed since the plan was made'
      fi
      break
    done
  done
  if not_its_night; then
    finding PROBLEM plan "$REASON"
  else
    probe_deadlines
  fi
}

# probe_deadlines: which actions that are left are too late, if all goes on as planned from now.
probe_deadlines() {
  local number delay='' moment count=0
  for number in "${ORDER[@]}"; do
    [[ ${STATE[$number]} != ended ]] || continue
    # The first one that is left starts now, and the others as long after it as planned.
    if [[ ! $delay ]]; then delay=$(( (NOW > STARTED ? NOW : STARTED) - BEGIN[$number] )); fi
    if (( delay <= STARTED && STARTED == ZERO[clock] )); then return; fi
    moment=$(( delay + BEGIN[$number] ))
    if next_opening "$number"; then continue; fi
    count=$(( count + 1 ))
    (( count > 3 )) || finding note "${TITLE[$number]}" "will be $REASON"
  done
  (( count <= 3 )) || finding note plan "$(( count - 3 )) more actions will be too late"
}

probe_tools() {
  local tool
  for tool in $TOOLS; do
    if type "$tool" >/dev/null 2>&1; then
      finding ok "$tool" 'is there'
    else
      finding PROBLEM "$tool" 'is not installed'
    fi
  done
}

# probe SERVER: the findings about a server and the guests that should be on it.
probe() {
  local name=${SERVER_NAME[$1]} on=${EXPECTED_ON[$1]} power='' hint=''
  if [[ ${TURNED[$1]-} ]]; then
    power=$(ask power "$1" 2>/dev/null)
    [[ ${IPMI_PASSWORD-} || ! ${BMC[$1]} ]] || hint=' (IPMI_PASSWORD is not set)'
    [[ $power == on || $power == off ]] || finding PROBLEM "$name" "nobody says whether it is on$hint"
  fi
  case $on.$power in
    0.off)
      finding ok "$name" 'is off'
      return 0
      ;;
    0.on) finding note "$name" 'is on already' ;;
    0.* | unknown.off) return 0 ;;
    1.off)
      finding PROBLEM "$name" 'is off'
      return 0
      ;;
  esac
  if ! ask answers "$1" >/dev/null 2>&1; then
    finding PROBLEM "$name" 'does not answer'
    return 0
  fi
  finding ok "$name" 'answers'
  probe_clock "$1"
  probe_memory "$1"
  probe_guests "$1"
  return 0
}

probe_clock() {
  local before there
  now
  before=$NOW
  if ! there=$(ask clock "$1" 2>/dev/null) || [[ ! $there =~ ^[0-9]+$ ]]; then
    finding note "${SERVER_NAME[$1]}" 'does not say what time it is'
    return
  fi
  now
  if (( there < before - 2 )); then
    finding PROBLEM "${SERVER_NAME[$1]}" "its clock is $(( before - there )) s behind"
  elif (( there > NOW + 2 )); then
    finding PROBLEM "${SERVER_NAME[$1]}" "its clock is $(( there - NOW )) s ahead"
  fi
}

# What it needs is known for the whole plan only.
probe_memory() {
  local free
  (( NEEDS[$1] > 0 )) && [[ ! -s $JOURNAL ]] && knows free "$1" || return 0
  if ! free=$(ask free "$1" 2>/dev/null) || [[ ! $free =~ ^[0-9]+$ ]]; then
    finding PROBLEM "${SERVER_NAME[$1]}" 'does not say how much memory is free'
  elif (( free < NEEDS[$1] )); then
    finding PROBLEM "${SERVER_NAME[$1]}" "$free MiB are free, the plan needs ${NEEDS[$1]} MiB"
  else
    finding ok "${SERVER_NAME[$1]}" "$free MiB are free, the plan needs ${NEEDS[$1]} MiB"
  fi
}

probe_guests() {
  local name=${SERVER_NAME[$1]} guest names defined memory right=0
  if ! names=$(ask guests "$1" 2>/dev/null) || ! defined=$(ask defined "$1" 2>/dev/null); then
    finding PROBLEM "$name" 'does not say which guests are on it'
    return
  fi
  names=$'\n'$names$'\n' defined=$'\n'$defined$'\n'
  for guest in "${GUESTS[@]}"; do
    vm=${GUEST_NAME[$guest]}
    if [[ ${EXPECTED_HOST[$guest]} != "$1" ]]; then continue; fi
    case ${EXPECTED_RUNS[$guest]} in
      1)
        if [[ $names != *$'\n'"$vm"$'\n'* ]]; then
          finding PROBLEM "$vm" "does not run on $name"
          continue
        fi
        if knows memory "$1"; then
          memory=$(ask memory "$1" "$guest" 2>/dev/null)
          if [[ $memory =~ ^[0-9]+$ ]] && (( memory > MEMORY[guest] )); then
            finding PROBLEM "$vm" "has $memory MiB, the plan knows of ${MEMORY[$guest]} MiB"
            continue
          fi
        fi
        ;;
      0)
        if [[ $names == *$'\n'"$vm"$'\n'* || $defined != *$'\n'"$vm"$'\n'* ]]; then
          finding PROBLEM "$vm" "is not stopped on $name"
          continue
        fi
        ;;
    esac
    right=$(( right + 1 ))
  done
  (( right == 0 )) || finding ok "$name" "has $right of the plan's guests, as it should"
  [[ ${GOES_DOWN[$1]-} ]] || return 0
  for guest in "${GUESTS[@]}"; do names=${names//$'\n'"${GUEST_NAME[$guest]}"$'\n'/$'\n'}; done
  names=${names#$'\n'} names=${names%$'\n'}
  [[ ! ${names//[[:space:]]/} ]] || finding note "$name" "goes down, but has guests that the plan does not know: ${names//$'\n'/, }"
}

# preflight: all findings in one table; of a run, only what is not well. 1: there are problems.
preflight() {
  local server kind what text checks=0 problems=0 width=8 last
  local -a findings=()
  expect_by_now
  { probe_plan && probe_tools && printf 'end\n'; } >"$WORK/probe.0"
  for server in "${SERVERS[@]}"; do
    # A few at a time.
    while (( $(jobs -rp | wc -l) >= 16 )); do wait -n; done
    { probe "$server" && printf 'end\n'; } >"$WORK/probe.$server" 2>&1 &
  done
  wait
  for server in 0 "${SERVERS[@]}"; do
    # Whoever does not get to the end has found out nothing.
    last=$(tail -n 1 -- "$WORK/probe.$server")
    [[ $last == end ]] || printf 'PROBLEM\t%s\tcannot be looked at: %s\n' "${SERVER_NAME[server]-plan}" "$last" >>"$WORK/probe.$server"
    while IFS=$'\t' read -r kind what text; do
      [[ $kind != end ]] || continue
      checks=$(( checks + 1 ))
      [[ $kind != PROBLEM ]] || problems=$(( problems + 1 ))
      [[ $kind == ok && ! $PREFLIGHT ]] || findings+=("$kind" "$what" "$text")
      if (( ${#what} > width )); then width=${#what}; fi
    done <"$WORK/probe.$server"
  done
  (( ${#findings[@]} == 0 )) || printf "%-8s %-${width}s  %s\n" "${findings[@]}"
  local word=problems
  (( problems != 1 )) || word=problem
  printf 'preflight: %s checks, %s %s\n' "$checks" "$problems" "$word"
  (( problems == 0 ))
}
