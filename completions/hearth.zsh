#compdef hearth hearthd
# Completion of hearth(1) and hearthd(8) for zsh, as 'hearth completion zsh' prints it: a file named _hearth in a
# folder of $fpath.

_hearth_commands() {
  local -a commands=(
    'serve:run the agent in the foreground'
    'run:run a container and show its output'
    'ps:list the runs under way'
    'logs:show a run'\''s output'
    'stop:stop runs and wait for their end'
    'explain:show why a run is where it is'
    'nodes:list the nodes of the home'
    'status:show the agent, its Engine and its runs'
    'drain:let this node take no new runs'
    'score:show what this board can do now, and why'
    'inspect:show every reading of this board'
    'board:draft a profile of this board, or check a profile'
    'doctor:find what is wrong with this board and its agent, and say what to do'
    'simulate:show what a home would do with a load, and which boards help'
    'completion:print what completes these commands in a shell'
    'version:print the version'
    'help:explain a command'
  )
  _describe command commands
}

_hearth_any_run() { compadd -- ${(f)"$(hearth ps -a 2>/dev/null | tail -n +2 | cut -d ' ' -f 1)"} }
_hearth_active_run() { compadd -- ${(f)"$(hearth ps 2>/dev/null | tail -n +2 | cut -d ' ' -f 1)"} }
_hearth_profile() { _alternative 'profiles:profile:(generic-arm64 generic-armv7 generic-x86-64 hikey hikey960 orange-pi-3 raspberry-pi-3 raspberry-pi-3-plus raspberry-pi-4 raspberry-pi-5 raspberry-pi-zero raspberry-pi-zero-2)' 'files:file:_files' }

_hearth() {
  if [[ $service == hearthd ]]; then
    _arguments \
        '--config[read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d]:FILE:_files' \
        '--state[keep the state in DIR]:DIR:_files -/' \
        '--engine[the Docker Engine'\''s socket]:SOCKET:_files' \
        '--root[read the hardware from DIR/proc and DIR/sys]:DIR:_files -/' \
        '--external[listen there for programs of this machine]:ADDR\:PORT:' \
        '(-v --version)'{-v,--version}'[print the version and end]' \
        '(-h --help)'{-h,--help}'[print these options and end]'
    return
  fi
  if ((CURRENT == 2)); then
    _hearth_commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
    serve)
      _arguments \
        '--config[read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d]:FILE:_files' \
        '--state[keep the state in DIR]:DIR:_files -/' \
        '--engine[the Docker Engine'\''s socket]:SOCKET:_files' \
        '--root[read the hardware from DIR/proc and DIR/sys]:DIR:_files -/' \
        '--external[listen there for programs of this machine]:ADDR\:PORT:' ;;
    run)
      _arguments \
        '(-d --detach)'{-d,--detach}'[print the run'\''s identifier and return]' \
        '--service[the service'\''s name]:NAME:' \
        '--native[run the native service of --service instead of a container]' \
        '--callback[POST each change of state there]:URL:' \
        '*--constraint[only on nodes that fit, as node.hostname==NAME or node.board!=NAME]:RULE:' \
        '--bound[what the run mostly waits for]:WHAT:(cpu memory network)' \
        '--deadline[it should have ended by then]:SECONDS:' \
        '--on-host-loss[restart the run elsewhere when its node dies]:WHAT:(restart tell)' \
        '--json[print the run as JSON when it has ended]' \
        '--api[the agent to ask]:ADDR\:PORT:' \
        '*::command line:' ;;
    ps)
      _arguments \
        '(-a --all)'{-a,--all}'[ended ones too]' \
        '--json[print JSON]' \
        '--api[the agent to ask]:ADDR\:PORT:' ;;
    logs)
      _arguments \
        '(-f --follow)'{-f,--follow}'[go on until the run has ended]' \
        '--api[the agent to ask]:ADDR\:PORT:' \
        ':RUN:_hearth_any_run' ;;
    stop)
      _arguments \
        '--api[the agent to ask]:ADDR\:PORT:' \
        '*:RUN:_hearth_active_run' ;;
    explain)
      _arguments \
        '--json[print JSON]' \
        '--api[the agent to ask]:ADDR\:PORT:' \
        ':RUN:_hearth_any_run' ;;
    nodes)
      _arguments \
        '--terms[what each term leaves of each node'\''s score]' \
        '--json[print JSON]' \
        '--api[the agent to ask]:ADDR\:PORT:' ;;
    status)
      _arguments \
        '--json[print JSON]' \
        '--api[the agent to ask]:ADDR\:PORT:' ;;
    drain)
      _arguments \
        '--off[let it take runs again]' \
        '--json[print JSON]' \
        '--api[the agent to ask]:ADDR\:PORT:' ;;
    score)
      _arguments \
        '--root[the board whose proc and sys are in DIR]:DIR:_files -/' \
        '--config[read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d]:FILE:_files' \
        '--json[print JSON]' ;;
    inspect)
      _arguments \
        '--root[the board whose proc and sys are in DIR]:DIR:_files -/' \
        '--config[read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d]:FILE:_files' \
        '--json[print JSON]' ;;
    board)
      _arguments \
        '--root[the board whose proc and sys are in DIR]:DIR:_files -/' \
        '--json[print JSON]' \
        '--check[say what a profile lacks instead]:FILE:_hearth_profile' ;;
    doctor)
      _arguments \
        '--json[print the checks with their ids, outcomes and remedies]' \
        '--root[the board whose proc, sys, etc and var are in DIR]:DIR:_files -/' \
        '--config[the settings that the agent was given with its --config]:FILE:_files' \
        '--api[the agent to ask]:ADDR\:PORT:' ;;
    simulate)
      _arguments \
        '--example[print an example of such a file, to change]' \
        '--json[print all figures as JSON]' \
        '::FILE:_files' ;;
    completion)
      _arguments \
        ':SHELL:(bash zsh fish)' ;;
    version)
      _arguments \
        '--json[print JSON]' ;;
    help)
      _arguments \
        '::COMMAND:_hearth_commands' ;;
  esac
}
_hearth "$@"
