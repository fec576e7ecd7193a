/// The texts of `hearth help`; the manual page hearth(1) and the completions are made after them.
enum Help {
  struct Topic {
    let name: StaticString
    let usage: StaticString
    let summary: StaticString
    let details: StaticString
  }

  static let topics = [
    Topic(
      name: "serve", usage: "hearth serve [options]", summary: "run the agent in the foreground",
      details: """
          --config FILE          read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d
          --state DIR            keep the state in DIR (/var/lib/hearth)
          --engine SOCKET        the Docker Engine's socket (/var/run/docker.sock)
          --root DIR             read the hardware from DIR/proc and DIR/sys (/)
          --external ADDR:PORT   listen there for programs of this machine (127.0.0.1:56001 and [::1]:56001)

        It becomes 'hearthd', the agent, which lies beside this program; hearthd(8) is its manual.

        """),
    Topic(
      name: "run", usage: "hearth run [options] [docker run options] IMAGE [COMMAND...]",
      summary: "run a container and show its output; exits with its exit code",
      details: """
          -d, --detach           print the run's identifier and return
          --service NAME         the service's name; without an image, a service that the node's owner has defined
          --native               run the native service of --service instead of a container
          --callback URL         POST each change of state there
          --constraint RULE      only on nodes that fit, as node.hostname==NAME or node.board!=NAME; may be repeated.
                                 Also node.id and node.platform.arch
          --bound WHAT           what the run mostly waits for: cpu (the default), memory or network
          --deadline SECONDS     it should have ended by then: where it would be fastest, whatever that costs others
          --on-host-loss WHAT    restart the run elsewhere when its node dies (restart), or end it as failed (tell)
          --json                 print the run as JSON when it has ended
          --api ADDR:PORT        the agent to ask (127.0.0.1:56001)

        These come first; everything from the first other word on is as with 'docker run'.
        Exit code 125: the run could not be started. Control-C stops the run.

        """),
    Topic(
      name: "ps", usage: "hearth ps [-a] [--json] [--api ADDR:PORT]", summary: "list the runs under way",
      details: "  -a, --all              ended ones too\n"),
    Topic(
      name: "logs", usage: "hearth logs [-f] RUN [--api ADDR:PORT]", summary: "show a run's output",
      details: "  -f, --follow           go on until the run has ended\n"),
    Topic(
      name: "stop", usage: "hearth stop RUN... [--api ADDR:PORT]",
      summary: "stop runs and wait for their end",
      details: ""),
    Topic(
      name: "explain", usage: "hearth explain RUN [--json] [--api ADDR:PORT]",
      summary: "show why a run is where it is: every node, what spoke against it, and the order",
      details: ""),
    Topic(
      name: "nodes", usage: "hearth nodes [--terms] [--json] [--api ADDR:PORT]",
      summary: "list the nodes of the home",
      details: "  --terms                what each term leaves of each node's score\n"),
    Topic(
      name: "status", usage: "hearth status [--json] [--api ADDR:PORT]",
      summary: "show the agent, its Engine and its runs", details: ""),
    Topic(
      name: "drain", usage: "hearth drain [--off] [--json] [--api ADDR:PORT]",
      summary: "let this node take no new runs; those under way go on",
      details: "  --off                  let it take runs again\n"),
    Topic(
      name: "score", usage: "hearth score [--root DIR] [--config FILE] [--json]",
      summary: "show what this board can do now, and why",
      details: """
          --root DIR             the board whose proc and sys are in DIR
          --config FILE          read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d

        """),
    Topic(
      name: "inspect", usage: "hearth inspect [--root DIR] [--config FILE] [--json]",
      summary: "show every reading of this board",
      details: """
          --root DIR             the board whose proc and sys are in DIR
          --config FILE          read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d

        """),
    Topic(
      name: "board", usage: "hearth board [--root DIR] [--json] [--check FILE]",
      summary: "draft a profile of this board, or check a profile",
      details: """
          --root DIR             the board whose proc and sys are in DIR
          --check FILE           say what a profile lacks instead; FILE or the name of one that is built in

        Exit code 1 where the checked profile is not complete and sane.

        """),
    Topic(
      name: "doctor", usage: "hearth doctor [--json] [--root DIR] [--config FILE] [--api ADDR:PORT]",
      summary: "find what is wrong with this board and its agent, and say what to do",
      details: """
          --json                 print the checks with their ids, outcomes and remedies
          --root DIR             the board whose proc, sys, etc and var are in DIR
          --config FILE          the settings that the agent was given with its --config
          --api ADDR:PORT        the agent to ask (where its settings say that it listens)

        Exit code 1 where a check fails. Root may look at more than others.

        """),
    Topic(
      name: "simulate", usage: "hearth simulate FILE [--json] | --example",
      summary: "show what a home would do with a load, and which boards help",
      details: """
          FILE                   describes the home and the load; - for standard input
          --example              print such a file, to change
          --json                 print all figures as JSON

        Nothing is started: the agent's own choices are simulated, in some seconds, on boards as their profiles describe them.
        The same file leads to the same figures.

        """),
    Topic(
      name: "version", usage: "hearth version [--json]", summary: "print the version", details: ""),
    Topic(
      name: "help", usage: "hearth help [COMMAND]", summary: "explain a command", details: ""),
  ]

  static func knows(_ name: String) -> Bool {
    topics.contains { "\($0.name)" == name }
  }

  /// The help of a command, or the overview for the empty name.
  static func text(of name: String) -> String {
    guard let topic = topics.first(where: { "\($0.name)" == name }) else { return overview }
    let details = "\(topic.details)"
    return "usage: \(topic.usage)\n\n\(topic.summary)\n" + (details.isEmpty ? "" : "\n" + details)
  }

  private static var overview: String {
    var rows: [[String]] = []
    for topic in topics { rows.append(["  \(topic.name)", "\(topic.summary)"]) }
    return "Hearth runs services on the board of your home that will do them best.\n\n"
      + "usage: hearth COMMAND [options]\n\n" + Terminal.table(rows)
      + "\n'hearth help COMMAND' explains a command; hearth(1) is the manual, hearthd(8) the agent's.\n"
  }
}
