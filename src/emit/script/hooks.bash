# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────
# Nothing else reads a clock or waits. A site file may define these anew, as all that follows.

# now: sets NOW to the seconds since 1970.
now() { printf -v NOW '%(%s)T' -1; }

# nap SECONDS: waits, in the process of an action.
nap() { sleep "$1"; }

# next_event SECONDS: waits at most so long for the next line of the events and sets EVENT to it. 1: none came.
next_event() {
  EVENT=
  IFS= read -r -t "$1" -u "$EVENTS" EVENT
}

# within SECONDS COMMAND…: carries out a command that only asks, for at most so long: then all that it has started is
# killed (status 137). It has a process group of its own for that.
within() (
  set -m
  "${@:2}" &
  asked=$!
  { sleep "$1" && kill -KILL -- "-$asked"; } >/dev/null 2>&1 &
  limit=$!
  wait "$asked" 2>/dev/null
  status=$?
  kill -KILL -- "-$limit" 2>/dev/null
  exit "$status"
)

# tell WORD…: a line of the events, from the process of an action.
tell() { printf '%s\n' "$*" >&"$EVENTS"; }

# For those who count processes. launched NUMBER: that of an action is about to be there; entered NUMBER: it is (said by
# itself); settled NUMBER: it has ended, and its end is known.
launched() { :; }
entered() { :; }
settled() { :; }

# ── What is done to servers and VMs ──────────────────────────────────────────────────────────────────────
# A site file may define any of these functions anew: it is read after them. Each is given names and addresses,
# then the command that the plan foresees.

# boot_server SERVER ADDRESS COMMAND…: turns a server on.
boot_server() { "${@:3}"; }

# shutdown_server SERVER ADDRESS COMMAND…: turns a server off.
shutdown_server() { "${@:3}"; }

# start_vm VM URI COMMAND…: starts a VM.
start_vm() { "${@:3}"; }

# stop_vm VM URI COMMAND…: asks a VM to stop.
stop_vm() { "${@:3}"; }

# migrate_vm VM FROM_URI TO_URI COMMAND…: moves a VM.
migrate_vm() { "${@:4}"; }

# bmc ADDRESS ARGUMENT…: speaks to the management controller of the server with that address. Its own address is
# $MVM_BMC_PREFIX, the server's, $MVM_BMC_SUFFIX (-ipmi); ipmitool takes the password from $IPMI_PASSWORD.
bmc() {
  ipmitool -I lanplus -H "${MVM_BMC_PREFIX-}$1${MVM_BMC_SUFFIX--ipmi}" -U "${MVM_BMC_USER-admin}" -E "${@:2}"
}

# In a process group of its own, which no Ctrl-C reaches: virsh would abort the migration.
virsh() { timeout 0 virsh "$@"; }

# ── What is asked of them ────────────────────────────────────────────────────────────────────────────────

# Whether the hypervisor of a server answers.
answers() { within "$MVM_ANSWER_TIMEOUT" virsh -c "$1" version; } >/dev/null 2>&1

# Whether it does not.
is_silent() { ! answers "$1"; }

# Whether the management controller says that a server is off.
is_off() { [[ $(within "$MVM_ANSWER_TIMEOUT" bmc "$1" chassis power status) == *'is off'* ]]; }

# listed URI VM OPTION…: whether a server lists a VM. 2: it cannot be asked.
listed() {
  local names
  names=$(within "$MVM_ANSWER_TIMEOUT" virsh -c "$1" list --name "${@:3}") || return 2
  [[ $'\n'$names$'\n' == *$'\n'"$2"$'\n'* ]]
}

# Whether a VM is off.
vm_is_off() {
  listed "$2" "$1"
  (( $? == 1 ))
}

# until_true SECONDS COMMAND…: waits until the command succeeds.
until_true() {
  local deadline
  now
  deadline=$(( NOW + $1 ))
  until "${@:2}"; do
    now
    if (( NOW >= deadline )); then
      printf 'after %s s still not: %s\n' "$1" "${*:2}" >&2
      return 1
    fi
    nap "$MVM_POLL"
  done
}

# resumed COMMAND…: where an earlier run has begun the action, whether the command finds that nothing is left to do.
resumed() { [[ $RESUMED ]] && "$@"; }

# has_moved VM FROM_URI TO_URI: what became of a migration that an earlier run has begun. Waits while it goes on, since
# the hypervisors carry it out without virsh. 0: the VM has arrived; 1: it has not.
has_moved() {
  local there job
  while :; do
    if listed "$2" "$1"; then
      job=$(LC_ALL=C within "$MVM_ANSWER_TIMEOUT" virsh -c "$2" domjobinfo -- "$1") || job=
      if [[ ! $job =~ 'Job type:'[[:space:]]*([A-Za-z]+) || ${BASH_REMATCH[1]} == None ]]; then
        # No job, and still at the source: nothing moves. Otherwise it has just ended.
        if listed "$2" "$1"; then return 1; else continue; fi
      fi
    else
      listed "$3" "$1" --state-running
      there=$?
      (( there == 2 )) || return "$there"
    fi
    nap "$MVM_POLL"
  done
}
