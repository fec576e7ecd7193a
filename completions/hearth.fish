# Completion of hearth(1) for fish.

function __hearth_runs
    hearth ps $argv 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
end

complete -c hearth -f
set -l commands serve run ps logs stop explain nodes status drain score inspect board simulate doctor version help
set -l first "not __fish_seen_subcommand_from $commands"
complete -c hearth -n $first -a serve -d 'run the agent in the foreground'
complete -c hearth -n $first -a run -d 'run a container and show its output'
complete -c hearth -n $first -a ps -d 'list the runs under way'
complete -c hearth -n $first -a logs -d 'show the output of a run'
complete -c hearth -n $first -a stop -d 'stop runs and wait for their end'
complete -c hearth -n $first -a explain -d 'show why a run is where it is'
complete -c hearth -n $first -a nodes -d 'list the nodes of the home'
complete -c hearth -n $first -a status -d 'show the agent, its Engine and its runs'
complete -c hearth -n $first -a drain -d 'let this node take no new runs'
complete -c hearth -n $first -a score -d 'show what this board can do now, and why'
complete -c hearth -n $first -a inspect -d 'show every reading of this board'
complete -c hearth -n $first -a board -d 'draft a profile of this board, or check a profile'
complete -c hearth -n $first -a simulate -d 'show what a home would do with a load'
complete -c hearth -n $first -a doctor -d 'find what is wrong and say what to do'
complete -c hearth -n $first -a version -d 'print the version'
complete -c hearth -n $first -a help -d 'explain a command'

complete -c hearth -n '__fish_seen_subcommand_from serve score inspect doctor' -l config -r -F -d 'settings'
complete -c hearth -n '__fish_seen_subcommand_from serve' -l state -r -F -d 'state folder'
complete -c hearth -n '__fish_seen_subcommand_from serve' -l engine -r -F -d 'socket of the Engine'
complete -c hearth -n '__fish_seen_subcommand_from serve' -l external -x -d 'where to listen'
complete -c hearth -n '__fish_seen_subcommand_from serve score inspect board doctor' -l root -r -F -d 'folder with proc and sys'
complete -c hearth -n '__fish_seen_subcommand_from run' -s d -l detach -d 'print the identifier and return'
complete -c hearth -n '__fish_seen_subcommand_from run' -l service -x -d 'name of the service'
complete -c hearth -n '__fish_seen_subcommand_from run' -l native -d 'run the native service'
complete -c hearth -n '__fish_seen_subcommand_from run' -l callback -x -d 'URL told of changes'
complete -c hearth -n '__fish_seen_subcommand_from run' -l constraint -x -d 'only on nodes that fit'
complete -c hearth -n '__fish_seen_subcommand_from run' -l bound -x -a 'cpu memory network' -d 'what it mostly waits for'
complete -c hearth -n '__fish_seen_subcommand_from run' -l deadline -x -d 'seconds to its end'
complete -c hearth -n '__fish_seen_subcommand_from run' -l on-host-loss -x -a 'restart tell' -d 'when its node dies'
complete -c hearth -n '__fish_seen_subcommand_from ps' -s a -l all -d 'ended ones too'
complete -c hearth -n '__fish_seen_subcommand_from logs' -s f -l follow -d 'go on until the end'
complete -c hearth -n '__fish_seen_subcommand_from logs' -a '(__hearth_runs -a)'
complete -c hearth -n '__fish_seen_subcommand_from stop' -a '(__hearth_runs)'
complete -c hearth -n '__fish_seen_subcommand_from explain' -a '(__hearth_runs -a)'
complete -c hearth -n '__fish_seen_subcommand_from nodes' -l terms -d 'what each term leaves of the score'
complete -c hearth -n '__fish_seen_subcommand_from run ps explain nodes status drain score inspect board simulate doctor version' -l json -d 'print JSON'
complete -c hearth -n '__fish_seen_subcommand_from run ps logs stop explain nodes status drain doctor' -l api -x -d 'the agent to ask'
complete -c hearth -n '__fish_seen_subcommand_from drain' -l off -d 'let it take runs again'
complete -c hearth -n '__fish_seen_subcommand_from help' -a "$commands"
complete -c hearth -n '__fish_seen_subcommand_from board' -l check -r -F -d 'profile to check'
complete -c hearth -n '__fish_seen_subcommand_from simulate' -F
complete -c hearth -n '__fish_seen_subcommand_from simulate' -l example -d 'print a file to begin with'
