# ── Dry run ──────────────────────────────────────────────────────────────────────────────────────────────

# show WORD…: adds a command to LINE, as one would type it.
show() {
  local text='' word name quoted
  if [[ $1 =~ ^command_([0-9]+)$ ]]; then
    text=${TEMPLATE[${BASH_REMATCH[1]}]}
    for name in server name address bmc migration vm from to to-address rate-mib rate-kib uri to-uri command disk pool; do
      word=${name//-/_}
      case $name in name | from | to) word=own_$name ;; esac
      [[ $text == *"{$name}"* || $text == *"\${$word@Q}"* ]] || continue
      quoted="\${$word@Q}"
      printf -v word '%q' "${!word-}"
      text=${text//"{$name}"/"$word"} text=${text//"$quoted"/"$word"}
    done
  else
    printf -v text '%q ' "$@"
    text=${text% }
  fi
  LINE+=${LINE:+ && }$text
}

# dry_run: a line for each action, in the order of time.
dry_run() {
  local number LINE LC_ALL=C width=8
  # In a dry run these only say what they would do.
  boot_server() { show "${@:3}"; }
  shutdown_server() { show "${@:3}"; }
  start_vm() { show "${@:3}"; }
  stop_vm() { show "${@:3}"; }
  migrate_vm() { show "${@:4}"; }
  run_on() { show "${@:3}"; }
  stop_cold() { "$@"; }
  copy_cold() { "$@"; }
  start_cold() { at_target; "$@"; }
  copy_images() { show copy_images "${@:1:5}"; "${@:6}"; }
  approval() { LINE="ask: $1"; }
  virsh() { show virsh "$@"; }
  printf 'plan %s: %s actions\n' "$PLAN" "${#ORDER[@]}"
  for number in "${ORDER[@]}"; do
    if (( ${#TIME[$number]} > width )); then width=${#TIME[$number]}; fi
  done
  for number in "${ORDER[@]}"; do
    LINE=
    about "$number"
    "action_$number"
    if [[ ${STATE[$number]} == ended ]]; then LINE+='  # has been done'; fi
    printf "%-${width}s  %-28s  %s\n" "${TIME[$number]}" "${TITLE[$number]}" "${LINE//[[:cntrl:]]/?}"
  done
}
