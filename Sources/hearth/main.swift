internal import CLinux
import CommandLine
import Platform

exit(Command.run(Arguments.ofProcess()))
