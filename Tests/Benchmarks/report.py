# Prints what 'make bench' measured as one table, and measures the one thing that is not inside a process: its start.
# Usage: report.py FOLDER_OF_SAMPLES PATH_OF_BACKLOT

import contextlib
import glob
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time


class Most(float):
    """A goal that is met by no more than this."""


# Every figure in the order of the table, with its goal where there is one: at least so much, or at most.
# Figures that end in x100 are ratios.
GOALS = [
    ("task switches/s", None),
    ("events/s of switches", None),
    ("timers/s", None),
    ("events/s of timers", None),
    ("ping-pong 10x1000 round trips/s", 600_000),
    ("ping-pong 100x500 round trips/s", None),
    ("ping-pong 1000x50 round trips/s", 450_000),
    *[
        (f"{exchange} x{connections} {figure}", 1.5 if figure.endswith("x100") else None)
        for exchange in ("HTTP", "WebSocket")
        for connections in (1, 32)
        for figure in (
            "simulated/s", "simulated without latency/s", "loopback/s", "simulated:loopback x100")
    ],
    ("golden paths/s, 1 user a world", 500),
    ("golden paths/s, 10 users a world", None),
    ("runs/s, width 1", None),
    ("runs/s, width 2", None),
    ("width 2:width 1 x100", 1.8),
    ("virtual:real time, busy", 1000),
    ("agent runs/s, busy", None),
    ("virtual:real time, idle", 100_000),
    ("injector without faults, % of a path x100", Most(3)),
    ("explore, no bug: seeds/s", None),
    ("planted bugs found and shrunk, %", 100),
    ("seeds to find a bug, median", Most(200)),
    ("seeds to find a bug, most", Most(20_000)),
    ("faults left of a bug, median", Most(1)),
    ("faults left of a bug, most", Most(3)),
    ("departures left of a bug of order, most", Most(3)),
    ("shrinking, most, ms", Most(10_000)),
    ("unequal repeats, of 10,000", Most(0)),
]
STARTS = 30


def main(results, backlot):
    rows = figures(results) + starts(backlot)
    print(f"\n{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
          "median, least and greatest of all iterations\n")
    head = ("figure", "median", "least", "greatest", "goal", "")
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())
    bugs = os.path.join(results, "planted-bugs.txt")
    if os.path.exists(bugs):
        with open(bugs) as file:
            print("\nplanted bugs, and what was left of each\n" + file.read().rstrip())
    missed = sum(row[5] == "missed" for row in rows)
    failed = sum(row[5] == "failed" for row in rows)
    print(f"\n{missed} of {sum(row[4] != '' for row in rows)} goals missed, {failed} figures failed")
    sys.exit(1 if failed else 0)


def figures(folder):
    """The rows of what the benchmarks measured. A figure without a measurement has failed."""
    measured = {}
    for path in glob.glob(os.path.join(glob.escape(folder), "*.histogram.samples.tsv")):
        with open(path) as file:
            # The first line names the figure, and every other one is a measurement of it.
            name, *samples = file.read().splitlines()
        measured[name.strip()] = [int(sample) for sample in samples]
    rows = []
    for name, goal in GOALS:
        if not measured.get(name):
            rows.append((name.removesuffix(" x100"), "not measured: its benchmark failed, see above", "", "", "", "failed"))
            continue
        scale = 100 if name.endswith("x100") else 1
        values = [sample / scale for sample in measured[name]]
        median = statistics.median(values)
        is_met = median <= goal if isinstance(goal, Most) else median >= (goal or 0)
        rows.append(row(name.removesuffix(" x100"), median, min(values), max(values), goal, is_met))
    return rows


def row(name, median, least, greatest, goal, is_met):
    verdict = "" if goal is None else "met" if is_met else "missed"
    spoken = "" if goal is None else ("at most " if isinstance(goal, Most) else "") + number(goal)
    return (name, number(median), number(least), number(greatest), spoken, verdict)


def number(value):
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def starts(backlot):
    """The rows of the start of 'backlot up', beside that of redis-server where there is one: in turn, so that both meet the same
    moods of the machine."""
    redis = shutil.which("redis-server")
    up = []
    reference = []
    for _ in range(STARTS):
        up.append(start_backlot(backlot))
        if redis:
            reference.append(start_redis(redis))
    times = sorted(milliseconds for milliseconds, _ in up)
    memory = sorted(megabytes for _, megabytes in up)
    median = statistics.median(times)
    goal = None
    rows = []
    if redis:
        reference.sort()
        goal = Most(3 * statistics.median(reference))
        rows.append(row("redis-server: start to PING, ms", statistics.median(reference), reference[0], reference[-1], None, True))
    else:
        rows.append(("redis-server: start to PING, ms", "not measured because redis-server is not installed", "", "", "", ""))
    rows.insert(0, row("backlot up: start to first reply, ms", median, times[0], times[-1], goal, goal is None or median <= goal))
    resident = statistics.median(memory)
    rows.append(row("backlot up: resident after it, MB", resident, memory[0], memory[-1], Most(40), resident < 40))
    return rows


def free_port():
    """The first of ten free ports below those that the system gives out by itself."""
    for port in range(18_000, 30_000, 10):
        with contextlib.ExitStack() as probes:
            try:
                for offset in range(10):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", port + offset))
                return port
            except OSError:
                continue
    sys.exit("Error: no ten free ports in a row were found from 18000 to 30000.")


def start_backlot(backlot):
    """Milliseconds from the start of the program to its first HTTP reply, and megabytes resident after that."""
    port = free_port()
    begun = time.monotonic()
    process = subprocess.Popen([backlot, "up", "--port-base", str(port)], stdout=subprocess.DEVNULL)
    try:
        # auth is the first of the services, and listens on the first port.
        until(process, lambda: is_healthy(port))
        milliseconds = (time.monotonic() - begun) * 1000
        with open(f"/proc/{process.pid}/status") as file:
            kilobytes = next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
        return milliseconds, kilobytes / 1024
    finally:
        stop(process)


def start_redis(redis):
    """Milliseconds from the start of the program to its answer to PING."""
    with tempfile.TemporaryDirectory() as directory:
        port = free_port()
        begun = time.monotonic()
        arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory]
        process = subprocess.Popen([redis, *arguments], stdout=subprocess.DEVNULL)
        try:
            until(process, lambda: ping(port))
            return (time.monotonic() - begun) * 1000
        finally:
            stop(process)


def is_healthy(port):
    """Asks as bare as `ping` does, for a client library's own start is not to be measured."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return connection.recv(64).startswith(b"HTTP/1.1 200 ")


def ping(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")


def until(process, is_ready):
    """Asks again, half a millisecond apart, until a program that has just been started is ready."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"Error: {process.args[0]} ended with exit code {process.returncode} before it was ready.")
        try:
            if is_ready():
                return
        except OSError:
            pass
        time.sleep(0.0005)
    sys.exit(f"Error: {process.args[0]} was not ready within 20 s.")


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: report.py FOLDER_OF_SAMPLES PATH_OF_BACKLOT")
    main(*sys.argv[1:])
