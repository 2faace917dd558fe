"""The demo: 318 days of full passes with their commits, and its peak memory."""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

MIB = 1024 * (1024 if sys.platform == "darwin" else 1)  # ru_maxrss: KiB on Linux, bytes on macOS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        subprocess.run(
            [sys.executable, "-m", "dcaguard", "demo", "--quiet", "--dir", str(Path(folder) / "d")],
            check=True,
        )
        taken = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MIB
    print(f"demo: {taken:.1f} s, {taken / 318 * 1000:.0f} ms a pass, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
