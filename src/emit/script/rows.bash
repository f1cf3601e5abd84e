# ── The plan, as the table below says it ─────────────────────────────────────────────────────────────────

declare -A TITLE=() TIME=() KIND=() GUEST=() FROM=() TO=() RATE=() BEGIN=() END=() OPENINGS=()
declare -A LATE=() LIMIT=() POLICY=() TRIES=() PAUSE=() WAITS=() TAKES=()
declare -A NEXT_DONE=() NEXT_OVER=() NEXT_STARTED=() PENDING=() UNOVER=() FINISHED=() RELEASED=()
declare -A LEVEL=() LEVEL_NAME=() LEVEL_TOLD=() CAPACITY=() WHY=()
declare -a ORDER=()

# input SHA256 FILE: what the plan was made from.
declare -a INPUT=() INPUT_HASH=()
input() { INPUT_HASH+=("$1") INPUT+=("$2"); }

# action NUMBER KIND GUEST FROM TO RATE START END LATE LIMIT POLICY TRIES PAUSE WAITS OPENINGS TIME TITLE
action() {
  local number=$1 wait other until
  ORDER+=("$number")
  KIND[$number]=$2 GUEST[$number]=$3 FROM[$number]=$4 TO[$number]=$5 RATE[$number]=$6
  BEGIN[$number]=$7 END[$number]=$8 LATE[$number]=$9 LIMIT[$number]=${10} POLICY[$number]=${11}
  TRIES[$number]=${12} PAUSE[$number]=${13} WAITS[$number]=${14} OPENINGS[$number]=${15}
  TIME[$number]=${16} TITLE[$number]=${17}
  STATE[$number]=waiting PENDING[$number]=0 UNOVER[$number]=0
  for wait in ${14}; do
    until=${wait%%/*} other=${wait#*/} other=${other%%/*}
    case $until in
      done) NEXT_DONE[$other]+=" $number" ;;
      over) NEXT_OVER[$other]+=" $number" ;;
      *) NEXT_STARTED[$other]+=" $number/${until#started+}" ;;
    esac
    PENDING[$number]=$(( PENDING[$number] + 1 )) UNOVER[$number]=$(( UNOVER[$number] + 1 ))
  done
}

# why NUMBER TEXT: what a wait or an opening comes from. level NUMBER clock|start INITIAL CAPACITIES NAME: one
# that falls at some time. takes ACTION LEVEL TAKE GIVE.
why() { WHY[$1]=$2; }
level() { LEVEL_TOLD[$1]=$2 LEVEL[$1]=$3 CAPACITY[$1]=$4 LEVEL_NAME[$1]=$5; }
takes() { TAKES[$1]+=" $2/$3/$4"; }

# has_disk GUEST: a disk goes with it.
declare -a DISK=()
has_disk() { DISK[$1]=1; }

# in_pool ACTION POOL: what its guest has where it comes.
declare -A POOL=()
in_pool() { POOL[$1]=$2; }

# about NUMBER: sets what the commands and the guards of an action read.
# shellcheck disable=SC2034
about() {
  number=$1 kind=${KIND[$1]} guest=${GUEST[$1]} source=${FROM[$1]} target=${TO[$1]}
  vm=${GUEST_NAME[$guest]-} from=${SERVER_NAME[$source]-} to=${SERVER_NAME[$target]-}
  # A migration is carried out by the server that the guest leaves.
  server=$from own_name=${OWN_NAME[$source]-} own_from=${OWN_NAME[$source]-} own_to=${OWN_NAME[$target]-}
  address=${ADDRESS[$source]-} uri=${URI[$source]-} bmc=${BMC[$source]-}
  disk=${DISK[$guest]-} pool=${POOL[$1]-}
  to_address=${ADDRESS[$target]-} to_uri=${URI[$target]-} migration=${MIGRATION[$target]-}
  rate_kib=${RATE[$1]} rate_mib=$(( RATE[$1] < 1024 ? 1 : RATE[$1] / 1024 ))
}

# at_target: from here on commands are carried out by the server that the guest goes to.
# shellcheck disable=SC2034
at_target() {
  server=$to own_name=$own_to address=$to_address uri=$to_uri bmc=${BMC[$target]-}
}
