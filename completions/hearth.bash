# shellcheck shell=bash
# Completion of hearth(1) for bash.

# Identifiers of runs: all, or with 'running' those under way.
_hearth_runs() {
  local all=-a
  [[ $1 == running ]] && all=
  hearth ps $all 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
}

_hearth() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words='serve run ps logs stop explain nodes status drain score inspect board simulate doctor version help'
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    return
  fi
  case $before in
    --config | --engine | --check) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --state | --root) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --external | --api | --callback | --service | --constraint | --deadline) return ;;
    --bound) mapfile -t COMPREPLY < <(compgen -W 'cpu memory network' -- "$word"); return ;;
    --on-host-loss) mapfile -t COMPREPLY < <(compgen -W 'restart tell' -- "$word"); return ;;
  esac
  case ${COMP_WORDS[1]} in
    serve) words='--config --state --engine --root --external' ;;
    run) words='-d --detach --service --native --callback --constraint --bound --deadline --on-host-loss --json --api' ;;
    ps) words='-a --all --json --api' ;;
    logs) words="-f --follow --api $(_hearth_runs)" ;;
    stop) words="--api $(_hearth_runs running)" ;;
    explain) words="--json --api $(_hearth_runs)" ;;
    nodes) words='--terms --json --api' ;;
    status) words='--json --api' ;;
    drain) words='--off --json --api' ;;
    score | inspect) words='--root --config --json' ;;
    board) words='--root --json --check' ;;
    simulate) words="--example --json $(compgen -f -- "$word")" ;;
    doctor) words='--json --root --config --api' ;;
    version) words='--json' ;;
    help) words='serve run ps logs stop explain nodes status drain score inspect board simulate doctor version help' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _hearth hearth
