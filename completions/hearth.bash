# shellcheck shell=bash
# Completion of hearth(1) and hearthd(8) for bash, as 'hearth completion bash' prints it.

# Identifiers of runs: those under way, with -a all.
_hearth_runs() {
  hearth ps "$@" 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
}

# Offers what compgen finds; names of files as such.
_hearth_offer() {
  case $1 in -f | -d) compopt -o filenames 2>/dev/null ;; esac
  mapfile -t COMPREPLY < <(compgen "$@" -- "${COMP_WORDS[COMP_CWORD]}")
}

# Completes the value of the option before; fails where that takes none.
_hearth_value() {
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    --config) _hearth_offer -f ;;
    --state) _hearth_offer -d ;;
    --engine) _hearth_offer -f ;;
    --root) _hearth_offer -d ;;
    --external) ;;
    --service) ;;
    --callback) ;;
    --constraint) ;;
    --bound) _hearth_offer -W 'cpu memory network' ;;
    --deadline) ;;
    --on-host-loss) _hearth_offer -W 'restart tell' ;;
    --api) ;;
    --check) _hearth_offer -f -W 'generic-arm64 generic-armv7 generic-x86-64 hikey hikey960 orange-pi-3 raspberry-pi-3 raspberry-pi-3-plus raspberry-pi-4 raspberry-pi-5 raspberry-pi-zero raspberry-pi-zero-2' ;;
    *) return 1 ;;
  esac
}

_hearth() {
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _hearth_offer -W 'serve run ps logs stop explain nodes status drain score inspect board doctor simulate completion version help'
    return
  fi
  _hearth_value && return
  case ${COMP_WORDS[1]} in
    serve) _hearth_offer -W '--config --state --engine --root --external' ;;
    run) _hearth_offer -W '-d --detach --service --native --callback --constraint --bound --deadline --on-host-loss --json --api' ;;
    ps) _hearth_offer -W '-a --all --json --api' ;;
    logs) _hearth_offer -W "-f --follow --api $(_hearth_runs -a)" ;;
    stop) _hearth_offer -W "--api $(_hearth_runs)" ;;
    explain) _hearth_offer -W "--json --api $(_hearth_runs -a)" ;;
    nodes) _hearth_offer -W '--terms --json --api' ;;
    status) _hearth_offer -W '--json --api' ;;
    drain) _hearth_offer -W '--off --json --api' ;;
    score) _hearth_offer -W '--root --config --json' ;;
    inspect) _hearth_offer -W '--root --config --json' ;;
    board) _hearth_offer -W '--root --json --check' ;;
    doctor) _hearth_offer -W '--json --root --config --api' ;;
    simulate) _hearth_offer -f -W '--example --json' ;;
    completion) _hearth_offer -W 'bash zsh fish' ;;
    version) _hearth_offer -W '--json' ;;
    help) _hearth_offer -W 'serve run ps logs stop explain nodes status drain score inspect board doctor simulate completion version help' ;;
  esac
}
complete -F _hearth hearth

_hearthd() {
  COMPREPLY=()
  _hearth_value || _hearth_offer -W '--config --state --engine --root --external -v --version -h --help'
}
complete -F _hearthd hearthd
