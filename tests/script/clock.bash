# A site file with a clock that moves only when somebody waits or works, so that a night takes a moment.
now() { read -r NOW <"$FAKE/clock"; }
nap() {
  "$FAKE/pass" "$(( ${1%.*} > 0 ? ${1%.*} : 1 ))"
  sleep 0.01
}
AT_WORK=0
launched() { AT_WORK=$(( AT_WORK + 1 )); }
settled() { AT_WORK=$(( AT_WORK - 1 )); }
next_event() {
  local until part=''
  now
  until=$(( NOW + $1 ))
  if (( AT_WORK == 0 )); then
    "$FAKE/pass" "$1"
    return 1
  fi
  # Those who work move it; one that hangs waits until it was looked after.
  until IFS= read -r -t 0.2 -u "$EVENTS" part; do
    HALF+=$part
    now
    (( NOW >= until )) || : >"$FAKE/looked"
    (( NOW < until )) || return 1
  done
  EVENT=$HALF$part HALF=''
}
WATCH=100000
