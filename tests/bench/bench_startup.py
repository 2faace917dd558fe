"""What our start-up adds: `dcaguard --help` beside the smallest typer program."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import HEADER, seconds, side_by_side

BARE = """\
import typer

app = typer.Typer(rich_markup_mode=None)


@app.callback()
def options(config: str = typer.Option("config.toml", help="where the config is")) -> None:
    \"\"\"The smallest program with a group of commands.\"\"\"


@app.command()
def plan(slots: int = typer.Option(5, help="how many")) -> None:
    \"\"\"Print a number.\"\"\"
    print(slots)


app(prog_name="bare")
"""
# Runs a command as its only child, so that the peak of the children is the peak of the command.
PEAK = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
MIB = 1024 * (1024 if sys.platform == "darwin" else 1)  # ru_maxrss: KiB on Linux, bytes on macOS
HEAVY = ("ccxt", "numpy", "pandas", "sqlite_utils", "requests", "aiohttp", "holidays")


def run(command: list[str]) -> None:
    """Run to the end with the output thrown away; a failure ends the measurement."""
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def peak_mib(command: list[str]) -> float:
    """Return the largest resident memory of a command, MiB."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *command], capture_output=True, check=True, text=True
    )
    return int(done.stdout) / MIB


def compared(label: str, ours: list[str], other: list[str], runs: int) -> list[str]:
    """Return two rows: seconds and peak memory of both commands."""
    time = side_by_side(
        f"{label}: time",
        lambda: seconds(lambda: run(ours)),
        lambda: seconds(lambda: run(other)),
        runs,
    )
    memory = side_by_side(
        f"{label}: peak memory", lambda: peak_mib(ours), lambda: peak_mib(other), max(5, runs // 4)
    )
    return [time.row(), memory.row("MiB", 1)]


def heavy_imports(command: list[str]) -> list[str]:
    """Return the heavy packages that a command imports although it need not."""
    done = subprocess.run(
        [command[0], "-X", "importtime", *command[1:]],
        capture_output=True,
        check=True,
        text=True,
    )
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    return sorted(names & set(HEAVY))


def main() -> None:
    """Print one markdown table."""
    runs = int(os.environ.get("BENCH_RUNS", "21"))
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        other = [sys.executable, str(bare), "--help"]
        ours = [sys.executable, "-m", "dcaguard", "--help"]
        rows = compared("--help beside bare typer", ours, other, runs)
    print(HEADER, *rows, sep="\n")
    print("\nheavy packages imported by --help:", json.dumps(heavy_imports(ours)))


if __name__ == "__main__":
    main()
