"""A home of agents on namespaces of this machine that a bridge joins (Tests/lab/hosts/network), all on one Engine."""

import contextlib
import ctypes
import http.client
import json
import os
import shutil
import subprocess
import sys
import time

import fixture

NETWORK = os.path.join(fixture.ROOT, "Tests/lab/hosts/network")
_libc = ctypes.CDLL(None, use_errno=True)
_ours = os.open("/proc/self/ns/net", os.O_RDONLY)
# States that no run leaves again.
ENDED = ("finished", "failed", "stopped")


def until(seconds, what, condition, pause=0.02):
    """Waits for a condition; gives the time that it took, and ends this program where it does not come."""
    began = time.monotonic()
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if condition():
                return time.monotonic() - began
        if time.monotonic() - began > seconds:
            sys.exit(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Home:
    """Nodes 1 to `count`. As a context it removes at its end what it made; where that is an error, the agents' logs are kept."""

    def __init__(self, name, count, program, settings=""):
        self.name, self.engine = f"{name}{os.getpid() % 10000}", fixture.engine()
        self.nodes = []
        subprocess.run([NETWORK, "start", self.name, str(count), str(os.getpid())], check=True)
        key = os.urandom(32).hex()
        for number in range(1, count + 1):
            self.nodes.append(Node(self, number, program, key, settings))

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if error:
            self.keep_logs()
        for node in self.nodes:
            if node.process and node.process.poll() is None:
                node.kill()
        subprocess.run([NETWORK, "stop", self.name], check=False)
        for node in self.nodes:
            left = self.docker("ps", "-aq", "--filter", f"label=io.hearth.node={node.id}") if node.id else []
            if left:
                self.docker("rm", "-f", *left)

    def start(self):
        """Starts all agents, and waits until each sees all others with their Engines."""
        for node in self.nodes:
            node.start()
        self.wait_for_all(20)
        until(20, "all nodes have the Engine", lambda: all(
            "container" in node["abilities"] for node in self.nodes[0].get("/api/v2/nodes")["nodes"]))

    def wait_for_all(self, seconds):
        everyone = {node.id for node in self.nodes}
        for node in self.nodes:
            until(seconds, f"node {node.number} sees all", lambda: all(
                node.states().get(other) == "alive" for other in everyone))

    def keep_logs(self):
        kept = os.path.join(fixture.LAB, f"{self.name.rstrip('0123456789')}-logs")
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(kept)
        for node in self.nodes:
            with contextlib.suppress(OSError):
                shutil.copy(node.log, os.path.join(kept, f"node{node.number}.log"))
        fixture.say(f"the agents' logs are in {kept}")

    def docker(self, *arguments):
        """The words of what Docker's client prints."""
        return subprocess.run(["docker", "-H", f"unix://{self.engine}", *arguments], check=True, capture_output=True,
                              text=True).stdout.split()

    def containers(self, *labels):
        """Those that run, with all these labels."""
        words = [word for text in labels for word in ("--filter", f"label={text}")]
        return self.docker("ps", "-q", *words)


class Node:
    """An agent on a host of the home's network."""

    def __init__(self, home, number, program, key, settings):
        self.home, self.number, self.program = home, number, program
        self.folder = fixture.scratch(f"node{number}")
        os.makedirs(self.folder, 0o700)
        with open(os.path.join(self.folder, "home.key"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(key + "\n")
        self.conf = os.path.join(self.folder, "hearth.conf")
        with open(self.conf, "w") as file:
            file.write(f"[node]\nstate = {self.folder}\nhome-edge = {self.folder}\nservices = {self.folder}/services\n"
                       f"{settings}[api]\nexternal = 127.0.0.1:56001\n"
                       f"[engine]\nsocket = {home.engine}\ndata = /tmp\n")
        self.log = os.path.join(self.folder, "log")
        self.process = None
        self.client = Client(self)
        self.id = ""

    @contextlib.contextmanager
    def namespace(self):
        """Sockets that this thread makes inside are of that host."""
        descriptor = os.open(f"/var/run/netns/{self.home.name}-{self.number}", os.O_RDONLY)
        try:
            if _libc.setns(descriptor, 0x40000000) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            yield
        finally:
            _libc.setns(_ours, 0x40000000)
            os.close(descriptor)

    def start(self):
        self.process = fixture.start(
            ["ip", "netns", "exec", f"{self.home.name}-{self.number}", self.program, "serve", "--config", self.conf],
            stderr=open(self.log, "a"))
        until(10, f"node {self.number} answers", lambda: self.get("/api/v1/ping", parse=False))
        self.id = self.get("/api/v2/node")["id"]

    def kill(self):
        """As if its power was lost; its containers go on."""
        self.process.kill()
        self.process.wait()
        fixture._started.remove(self.process)
        self.client.kept = None

    def call(self, method, path, body=None, parse=True):
        return self.client.call(method, path, body, parse)

    def get(self, path, parse=True):
        return self.client.call("GET", path, parse=parse)

    def states(self):
        return {node["id"]: node["state"] for node in self.get("/api/v2/nodes")["nodes"]}


class Client:
    """A connection to a node's API from its own host, kept as long as it lives; of one thread."""

    def __init__(self, node, timeout=20):
        self.node, self.timeout, self.kept = node, timeout, None

    def call(self, method, path, body=None, parse=True):
        for attempt in (0, 1):
            try:
                if self.kept is None:
                    with self.node.namespace():
                        self.kept = http.client.HTTPConnection("127.0.0.1", 56001, timeout=self.timeout)
                        self.kept.connect()
                self.kept.request(method, path, json.dumps(body) if body is not None else None)
                response = self.kept.getresponse()
                content = response.read()
                if response.status >= 400:
                    raise RuntimeError(f"{method} {path}: {response.status} {content.decode()}")
                return json.loads(content) if parse else content
            except (OSError, http.client.HTTPException):
                self.kept = None
                if attempt or method == "POST":
                    raise
        return None
