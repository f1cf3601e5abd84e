# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────
# Nothing else reads a clock or waits. A site file (--site) may define anew any function from here to the engine.

# now: sets NOW to the seconds since 1970.
now() { printf -v NOW '%(%s)T' -1; }

# nap SECONDS: waits, in the process of an action.
nap() { sleep "$1"; }

# next_event SECONDS: waits at most so long for the next line of the events and sets EVENT to it. 1: none came. Of a line
# that is being read when the time is up, what was read is kept.
next_event() {
  local part=''
  IFS= read -r -t "$1" -u "$EVENTS" part || {
    HALF+=$part
    return 1
  }
  EVENT=$HALF$part HALF=''
}
HALF=''

# within SECONDS COMMAND…: carries out a command that only asks, for at most so long: then all that it has started is
# killed (status 137). It has a process group of its own for that.
within() (
  # Whoever outlives a killed script keeps nobody from the lock.
  exec {LOCK}>&- {EVENTS}>&-
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
# Each is given names and addresses, then the command that the plan foresees.

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

# copy_images VM URI ADDRESS TO_ADDRESS KIB COMMAND…: copies the images of a guest that is stopped to the same places on
# another server, at so many KiB/s, and then gives the command. The images stay where they were, too.
copy_images() {
  local type device _ image
  while read -r type device _ image; do
    [[ $type == file && $device == disk ]] || continue
    # shellcheck disable=SC2029 # The words are quoted for the server's shell.
    ssh -o BatchMode=yes -- "root@$3" rsync -s --sparse "--bwlimit=$5" -- "${image@Q}" "root@$4:${image@Q}" </dev/null || return
  done < <(LC_ALL=C virsh -c "$2" domblklist --details -- "$1")
  "${@:6}"
}

# run_on SERVER ADDRESS COMMAND…: carries out a step of the operator's own on a server.
run_on() { "${@:3}"; }

# ── What is asked of them ────────────────────────────────────────────────────────────────────────────────
# Where the datacenter gives no command of that kind. They find in variables what they are about: server, address, uri,
# bmc, and vm.

# The names of all guests that run on the server, are paused there, or come or go.
libvirt_guests() { virsh -c "$uri" list --name; }

# All names that are taken on the server.
libvirt_defined() { virsh -c "$uri" list --name --all; }

# Whether the server's hypervisor answers.
libvirt_answers() { virsh -c "$uri" version >/dev/null; }

# MiB of the server that are free, or would be if they were needed.
libvirt_free() {
  local name kib _ sum=0
  while IFS=': ' read -r name kib _; do
    case $name in
      free | buffers | cached) sum=$(( sum + kib )) ;;
    esac
  done < <(LC_ALL=C virsh -c "$uri" nodememstats)
  (( sum > 0 )) && printf '%s\n' "$(( sum / 1024 ))"
}

# MiB that the guest may have.
libvirt_memory() {
  local line
  while IFS= read -r line; do
    [[ ! $line =~ ^Max\ memory:\ +([0-9]+)\ KiB ]] || printf '%s\n' "$(( BASH_REMATCH[1] / 1024 ))"
  done < <(LC_ALL=C virsh -c "$uri" dominfo -- "$vm")
}

# Whether a migration of the guest goes on there.
libvirt_migrating() {
  local job
  job=$(LC_ALL=C virsh -c "$uri" domjobinfo -- "$vm") || return 2
  [[ $job =~ 'Job type:'[[:space:]]*([A-Za-z]+) && ${BASH_REMATCH[1]} != None ]]
}

# What the hypervisor says of a migration that goes on, for those who watch it.
libvirt_progress() { LC_ALL=C virsh -c "$uri" domjobinfo -- "$vm"; }

# What is done to a migration that takes too long.
libvirt_abort() { virsh -c "$uri" domjobabort -- "$vm"; }
libvirt_suspend() { virsh -c "$uri" suspend -- "$vm"; }
libvirt_post() { virsh -c "$uri" migrate-postcopy -- "$vm"; }

# Seconds since 1970, by the server's clock.
libvirt_clock() { ssh -o BatchMode=yes -- "$address" date +%s; }

# In place of a command for a server whose BMC nobody has named.
no_bmc() {
  echo 'nothing says how: it has neither a `bmc` nor a command of its own' >&2
  return 1
}

# on or off, as the server's BMC says; without one, on if it answers. ipmitool takes the password from $IPMI_PASSWORD.
libvirt_power() {
  if [[ ! $bmc ]]; then
    if ask answers "$SERVER" 2>/dev/null; then echo on; else echo off; fi
    return
  fi
  case $(ipmitool -I lanplus -H "$bmc" -U "${MVM_BMC_USER:-admin}" -E chassis power status) in
    *'is on'*) echo on ;;
    *'is off'*) echo off ;;
    *) return 1 ;;
  esac
}
