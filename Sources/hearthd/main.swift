import Agent
internal import CLinux
import Platform

exit(Daemon.run(Arguments.ofProcess()))
