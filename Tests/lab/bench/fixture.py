"""What the measurements share: an agent of our own, its Engine, processes and how they are measured and stopped."""

import atexit
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
LAB = os.path.join(ROOT, ".lab")
ENGINE_SCRIPT = os.path.join(ROOT, "Tests/lab/hosts/engine")

_started = []
_scratch = tempfile.mkdtemp(prefix="hearth-bench-")


def start(arguments, **options):
    """Starts a process that is stopped, at the latest, with this program."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.DEVNULL)
    options.setdefault("stderr", open(scratch("stderr.log"), "a"))
    process = subprocess.Popen(arguments, **options)
    _started.append(process)
    return process


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process in _started:
        _started.remove(process)


@atexit.register
def _finish():
    for process in list(_started):
        stop(process)
    if _engine:
        subprocess.run([ENGINE_SCRIPT, "stop", LAB], check=False)
    shutil.rmtree(_scratch, ignore_errors=True)


def _ended(*_):
    sys.exit(130)


signal.signal(signal.SIGTERM, _ended)
signal.signal(signal.SIGINT, _ended)
signal.signal(signal.SIGHUP, _ended)


def scratch(name):
    return os.path.join(_scratch, name)


def say(text):
    print(text, file=sys.stderr, flush=True)


_engine = None


def engine():
    """The socket of an Engine: HEARTH_ENGINE's, else of one that is started now and stopped at the end."""
    global _engine
    given = os.environ.get("HEARTH_ENGINE")
    if given:
        return given
    if not _engine:
        if os.geteuid() != 0:
            sys.exit("starting an Engine needs root: use sudo, or name the socket of one in HEARTH_ENGINE")
        say("starting an Engine in .lab")
        output = scratch("engine.txt")
        _engine = "starting"
        with open(output, "w") as file:
            subprocess.run([ENGINE_SCRIPT, "start", LAB], check=True, stdout=file)
        _engine = open(output).read().strip()
    return _engine


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Agent:
    """An agent with a state folder of its own."""

    count = 0

    def __init__(self, program, engine_socket="/nonexistent.sock", interval="1s", prefix=(), environment=None):
        Agent.count += 1
        self.folder = scratch(f"agent{Agent.count}")
        os.makedirs(self.folder)
        self.port = free_port()
        conf = os.path.join(self.folder, "hearth.conf")
        with open(conf, "w") as file:
            file.write(f"[node]\nsample-interval = {interval}\n[home]\njoin = no\n")
        self.log = os.path.join(self.folder, "log")
        self.arguments = [
            *prefix, program, "serve", "--config", conf, "--state", self.folder, "--engine", engine_socket,
            "--external", f"127.0.0.1:{self.port}",
        ]
        self.environment = environment
        self.process = None

    def __enter__(self):
        self.process = start(self.arguments, stderr=open(self.log, "a"), env=self.environment)
        wait_for_port(self.port, self.process, self.log)
        return self

    def __exit__(self, *_):
        status = self.process.poll()
        stop(self.process)
        if status is not None:
            sys.exit(f"the agent ended by itself with {status}: {open(self.log).read()}")

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path):
        connection = self.connection()
        connection.request("GET", path)
        answer = json.load(connection.getresponse())
        connection.close()
        return answer

    def wait_for_engine(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.get("/api/v2/node").get("engine", {}).get("version"):
                return
            time.sleep(0.05)
        sys.exit(f"the agent does not find the Engine: {self.get('/api/v2/node').get('engine')}")


def wait_for_port(port, process=None, log=None, seconds=20):
    """Waits until something listens; gives the time of the first connection."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process and process.poll() is not None:
            sys.exit(f"{process.args[0]} ended with {process.returncode}: {open(log).read() if log else ''}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return time.monotonic()
        time.sleep(0.001)
    sys.exit(f"nothing listens on port {port} after {seconds} s")


def proportional_memory(pid):
    """PSS in bytes (Documentation/filesystems/proc.rst, smaps_rollup)."""
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError("no Pss")


def processor_seconds(pid):
    """Time on a processor, of all threads, to the nanosecond (Documentation/scheduler/sched-stats.rst)."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError):
            total += int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0])
    return total / 1e9


def median(values):
    return statistics.median(values)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


def engine_call(connection, method, path, body=None):
    headers = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    content = response.read()
    if response.status >= 400:
        raise RuntimeError(f"{method} {path}: {response.status} {content.decode()}")
    return json.loads(content) if content[:1] in (b"{", b"[") else None


def remove_containers(connection, ids):
    for container in ids:
        with contextlib.suppress(RuntimeError):
            engine_call(connection, "DELETE", f"/v1.41/containers/{container}?force=1")
