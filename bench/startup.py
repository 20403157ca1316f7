"""CPU time of ``pod-agent --help`` against a bare interpreter and against click alone: ``python -m bench.startup``."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys

__all__ = ["main"]

ROUNDS = 15
COMMANDS = {
    "python": "pass",
    "click": "import click",
    "help": "from pod_agent.cli.main import main; main(['--help'])",
}


def cpu_seconds(program: str) -> float:
    """User and system seconds of one interpreter that runs this program."""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def measure() -> dict[str, float]:
    """Median CPU seconds of each command, interleaved, and the ratio of ``--help`` to the others."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, program in COMMANDS.items():
            times[name].append(cpu_seconds(program))
    medians = {name: round(statistics.median(values), 4) for name, values in times.items()}
    ratios = {f"help_to_{name}": round(medians["help"] / medians[name], 2) for name in ("python", "click")}
    return {**medians, **ratios, "help_limit": 0.25}


def main(arguments: list[str]) -> None:
    """Print the figures, as one JSON line with ``--json``."""
    figures = measure()
    if "--json" in arguments:
        print(json.dumps(figures))
        return
    print(f"pod-agent --help   {figures['help']:.3f} CPU s (limit {figures['help_limit']})")
    print(f"  a bare python    {figures['python']:.3f} CPU s, ratio {figures['help_to_python']}")
    print(f"  python and click {figures['click']:.3f} CPU s, ratio {figures['help_to_click']}")


if __name__ == "__main__":
    main(sys.argv[1:])
