#compdef hearth
# Completion of hearth(1) for zsh: a file named _hearth in a folder of $fpath.

_hearth_commands() {
  local -a commands=(
    'serve:run the agent in the foreground' 'run:run a container and show its output'
    'ps:list the runs under way' 'logs:show a run'\''s output' 'stop:stop runs and wait for their end'
    'explain:show why a run is where it is' 'nodes:list the nodes of the home'
    'status:show the agent, its Engine and its runs' 'drain:let this node take no new runs' 'score:show what this board can do now, and why'
    'inspect:show every reading of this board'
    'board:draft a profile of this board, or check a profile'
    'simulate:show what a home would do with a load' 'doctor:find what is wrong and say what to do'
    'version:print the version' 'help:explain a command')
  _describe command commands
}

_hearth_all_runs() { compadd -- ${(f)"$(hearth ps -a 2>/dev/null | tail -n +2 | cut -d ' ' -f 1)"} }
_hearth_running_runs() { compadd -- ${(f)"$(hearth ps 2>/dev/null | tail -n +2 | cut -d ' ' -f 1)"} }

_hearth() {
  if ((CURRENT == 2)); then
    _hearth_commands
    return
  fi
  local command=$words[2]
  local -a api=('--api[the agent to ask]:address and port:') json=('--json[print JSON]')
  local -a root=('--root[the board whose proc and sys are in a folder]:folder:_files -/')
  shift words
  ((CURRENT--))
  case $command in
    serve)
      _arguments '--config[settings]:file:_files' '--state[state]:folder:_files -/' \
        '--engine[the Engine'\''s socket]:socket:_files' '--external[where to listen]:address and port:' $root ;;
    run)
      _arguments '(-d --detach)'{-d,--detach}'[print the identifier and return]' '--service[its name]:name:' \
        '--native[a native service]' '--callback[told of changes]:URL:' \
        '*--constraint[only on nodes that fit]:rule:' '--bound[what it mostly waits for]:what:(cpu memory network)' '--deadline[seconds to its end]:seconds:' '--on-host-loss[when its node dies]:what:(restart tell)' $json $api '*::docker run:' ;;
    ps) _arguments '(-a --all)'{-a,--all}'[ended ones too]' $json $api ;;
    logs) _arguments '(-f --follow)'{-f,--follow}'[go on until the end]' $api ':run:_hearth_all_runs' ;;
    stop) _arguments $api '*:run:_hearth_running_runs' ;;
    explain) _arguments $json $api ':run:_hearth_all_runs' ;;
    nodes) _arguments '--terms[what each term leaves of the score]' $json $api ;;
    status) _arguments $json $api ;;
    drain) _arguments '--off[let it take runs again]' $json $api ;;
    score | inspect) _arguments '--config[settings]:file:_files' $root $json ;;
    board) _arguments $root $json '--check[profile to check]:file:_files' ;;
    simulate) _arguments '--example[print a file to begin with]' $json ':file:_files' ;;
    doctor) _arguments $json $root '--config[settings]:file:_files' $api ;;
    version) _arguments $json ;;
    help) _arguments ':command:_hearth_commands' ;;
  esac
}
_hearth "$@"
