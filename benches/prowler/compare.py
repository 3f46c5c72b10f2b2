#!/usr/bin/env python3
"""rung beside Prowler: the same emulated account, the same regions, the services that both read, in one run.

    cargo build --release && .venv/bin/python benches/prowler/compare.py              3 rounds, prints a Markdown table
    .venv/bin/python benches/prowler/compare.py --program target/debug/rung --rounds 1 --region us-east-1

It needs the emulator in .venv (scripts/test installs it) and installs Prowler into target/bench/prowler-venv. Each round runs each
program twice, in turn: once with answers that the emulator has to make (moto is slow, and both wait for it), once with every answer
from the emulator's memory, so that the scanners are what is measured. Prowler reads other things than rung in these services and
has no counterpart for what the last lines name: requests are counted for both, not matched. Processor time and memory are the
kernel's for the whole child (wait4; memory is of its largest process). Ratios and counts are what to quote; the seconds depend on
the machine.

Neither may reach beyond this machine: every proxy variable points to a port of ours that refuses and remembers who was asked for.
"""
import argparse
import collections
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / "target/bench/prowler-venv"
PROWLER = "prowler==5.46.0"
# Prowler's services that rung reads too; its `awslambda` is Lambda, its `vpc` is part of EC2's API.
SERVICES = ["apigateway", "apigatewayv2", "autoscaling", "awslambda", "cloudformation", "cloudfront", "cloudwatch", "codebuild",
            "codepipeline", "config", "ec2", "ecs", "efs", "elasticache", "elbv2", "eventbridge", "memorydb", "rds", "route53", "s3",
            "ssm", "stepfunctions", "vpc", "wellarchitected"]
# They fetch from outside AWS (repositories, code of functions), which is refused here and tried again.
EXCLUDED = ["codepipeline_project_repo_private", "awslambda_function_no_secrets_in_code", "awslambda_layer_no_secrets_in_content"]
# moto lists the snapshots behind everybody's images, 1,300 of them, as the account's own; AWS does not, and Prowler asks for each.
ANSWERS = [{"service": "ec2", "operation": "DescribeSnapshots", "answer": {"Snapshots": []}}]
ONLY_RUNG = ["application-autoscaling", "application-signals", "codedeploy", "compute-optimizer", "dax", "devops-guru", "fis",
             "globalaccelerator", "internetmonitor", "networkmonitor", "scheduler", "synthetics", "tag"]
MEASURES = [("wall, s", "wall"), ("processor time, s", "cpu"), ("peak memory, MiB", "mib"), ("requests", "requests"),
            ("emulator's processor time, s", "emulator")]


class Emulator:
    """The front and moto, seeded; ended by its process id."""

    def __init__(self, scenario):
        python = str(ROOT / ".venv/bin/python")
        self.process = subprocess.Popen([python, "tests/emulator/front.py", "--port", "0", "--keep-all"], cwd=ROOT,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("LISTENING ").strip()
        subprocess.run([python, "tests/emulator/seed.py", self.url, "--scenario", scenario], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
        self.ask("/_load", json.dumps({"answers": ANSWERS}).encode())

    def ask(self, path, body=None):
        """One of the emulator's own requests."""
        request = urllib.request.Request(self.url + path, data=body, method="GET" if body is None else "POST")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.load(answer)

    def cpu(self):
        """Processor time so far, in seconds: of the front and of moto below it."""
        front = self.process.pid
        below = pathlib.Path(f"/proc/{front}/task/{front}/children").read_text().split()
        fields = [pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in [front, *below]]
        return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Its standard input closes: it stops moto and itself."""
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)


class Outside:
    """A proxy that leads nowhere: it remembers who was asked for."""

    def __init__(self):
        self.listener, self.asked = socket.create_server(("127.0.0.1", 0)), collections.Counter()
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._refuse, daemon=True).start()

    def _refuse(self):
        while True:
            connection, _ = self.listener.accept()
            with connection:
                connection.settimeout(2)
                try:
                    line = connection.recv(4096).split(b"\r\n")[0].decode("latin-1")
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                except OSError:
                    line = "nothing"
                self.asked[line] += 1


def environment(home, emulator, outside, regions):
    """Nothing of the caller's but the path."""
    proxies = {name: outside.url for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")}
    return {**proxies, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", "HOME": home, "PATH": "/usr/bin:/bin",
            "AWS_ENDPOINT_URL": emulator.url, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": regions[0], "AWS_DEFAULT_REGION": regions[0], "AWS_EC2_METADATA_DISABLED": "true"}


def rung(program, home, regions):
    """rung's command."""
    named = [word for region in regions for word in ("--region", region)]
    return [program, "scan", *named, "--bundle", f"{home}/bundle", "--quiet"]


def prowler(_program, home, regions):
    """Prowler's command: one machine-readable output, as small as it has."""
    return [str(VENV / "bin/prowler"), "aws", "--region", *regions, "--service", *SERVICES, "--excluded-check", *EXCLUDED,
            "--output-formats", "json-ocsf", "--output-directory", f"{home}/output", "--no-banner", "--no-color", "--ignore-exit-code-3"]


def measure(command_of, program, emulator, outside, regions, fresh):
    """One run; `fresh`: the emulator first forgets its answers."""
    if fresh:
        emulator.ask("/_load", b"{}")
    emulator.ask("/_reset", b"")
    with tempfile.TemporaryDirectory() as home, open(f"{home}/log", "w+b") as log:
        before, began = emulator.cpu(), time.monotonic()
        child = subprocess.Popen(command_of(program, home, regions), env=environment(home, emulator, outside, regions), cwd=home,
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:  # told to stop: nothing is left running
            child.kill()
            raise
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            log.seek(0)
            sys.exit(f"{command_of.__name__} ended with {child.returncode}:\n{log.read()[-3000:].decode('utf-8', 'replace')}")
        counts = emulator.ask("/_counts")
        return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "mib": usage.ru_maxrss / 1024, "requests": sum(counts.values()),
                "operations": len(counts), "emulator": emulator.cpu() - before, "counts": counts}


def install():
    """Prowler, in an environment of its own."""
    marker = VENV / ".installed"
    if marker.exists() and marker.read_text() == PROWLER:
        return
    print(f"installing {PROWLER} into {VENV.relative_to(ROOT)}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    subprocess.run([str(VENV / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", PROWLER], check=True)
    marker.write_text(PROWLER)


def table(title, of_rung, of_prowler):
    """Medians and ratios."""
    print(f"\n{title}\n\n| measure | rung | {PROWLER.replace('==', ' ')} | Prowler / rung |\n|---|---|---|---|")
    for name, key in MEASURES:
        ours, theirs = (statistics.median(run[key] for run in runs) for runs in (of_rung, of_prowler))
        shown = (lambda number: f"{number:,.0f}") if key == "requests" else (lambda number: f"{number:,.2f}")
        print(f"| {name} | {shown(ours)} | {shown(theirs)} | {theirs / ours if ours else float('nan'):,.1f} |")


def report(runs, outside, regions, given):
    """Both tables, and what is to be known of them."""
    print(f"Scenario `{given.scenario}`, {' '.join(regions)}; medians of {given.rounds} rounds; {os.cpu_count()} cores shared with the"
          f" emulator; rung: {given.program}")
    table("Answers made by the emulator (moto), forgotten before each run:", *runs[True])
    table("Every repeated answer from the emulator's memory:", *runs[False])
    for name, of_tool in zip(("rung", "Prowler"), runs[False]):
        counts = of_tool[-1]["counts"]
        most = ", ".join(f"{call} {count}" for call, count in collections.Counter(counts).most_common(5))
        print(f"\n{name}: {of_tool[-1]['operations']} operations; asked most: {most}")
    print(f"\nRead by rung only: {', '.join(ONLY_RUNG)}. Left out of Prowler, because they leave AWS: {', '.join(EXCLUDED)}.")
    asked = ", ".join(f"{line} ({count})" for line, count in outside.asked.most_common()) or "nobody"
    print(f"Asked for beyond this machine (and refused): {asked}.")


def main():
    """Install, start, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/rung", help="rung's binary, from the project's root")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--region", action="append", help="repeat for several (default: us-east-1 and eu-west-1)")
    parser.add_argument("--scenario", default="demo")
    given = parser.parse_args()
    regions, program = given.region or ["us-east-1", "eu-west-1"], str(ROOT / given.program)
    if not pathlib.Path(program).exists():
        sys.exit(f"{given.program} is not there: `cargo build --release` makes it, or name another with --program")
    install()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
    emulator, outside = Emulator(given.scenario), Outside()
    runs = {fresh: ([], []) for fresh in (True, False)}
    try:
        for _ in range(given.rounds):
            for at, command_of in enumerate((rung, prowler)):
                for fresh in (True, False):
                    runs[fresh][at].append(measure(command_of, program, emulator, outside, regions, fresh))
                    one = runs[fresh][at][-1]
                    print(f"{command_of.__name__:8} {'made' if fresh else 'kept'} {one['wall']:7.2f} s", file=sys.stderr)
    finally:
        emulator.stop()
    report(runs, outside, regions, given)


if __name__ == "__main__":
    main()
