# ── Pauses ───────────────────────────────────────────────────────────────────────────────────────────────
# Somebody has to agree before it goes on: at the terminal, or with a file, which counts at a terminal too.

# go_file NUMBER: the file that says yes; no_file NUMBER: the one that says no.
go_file() { printf '%s' "$JOURNAL.$1.go"; }
no_file() { printf '%s' "$JOURNAL.$1.no"; }

# say_pause NUMBER: what is asked, and how to answer. A file of before the question answers another one: it counts only where an
# earlier run has asked, and had no answer yet.
say_pause() {
  local go no
  go=$(go_file "$1") no=$(no_file "$1")
  [[ ${BEFORE[$1]} == started ]] || rm -f -- "$go" "$no"
  [[ $TERMINAL ]] || say "       to go on: touch ${go@Q}, to refuse: touch ${no@Q}"
}

# approval TEXT: waits for the answer. 9: the script ends, and it stays open.
approval() {
  local answer go no
  go=$(go_file "$number") no=$(no_file "$number")
  [[ ! $TERMINAL ]] || printf '\n%s\ngo on? (yes or no) ' "$1" >/dev/tty
  until [[ -e $go ]]; do
    # Whoever is left of a killed script asks nobody any more.
    if [[ -e $WORK/stopping ]] || ! alive "$MAIN"; then return 9; fi
    [[ ! -e $no ]] || refuse 'the answer was no' || return
    if [[ ! $TERMINAL ]]; then
      nap "$MVM_POLL"
    elif read -r -t "$MVM_POLL" answer </dev/tty; then
      case $answer in
        yes) return 0 ;;
        no) refuse 'the answer was no' || return ;;
        *) printf 'yes or no? ' >/dev/tty ;;
      esac
    fi
  done
}

before_pause() { :; }
after_pause() { return "$1"; }
