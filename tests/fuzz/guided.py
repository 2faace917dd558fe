"""Coverage-guided fuzzing of one target: `python -m tests.fuzz.guided TARGET [SECONDS] [SEED]`.

Prints executions, coverage and the seed; a finding prints the input and ends with a failure.
"""

import os
import sys
import tempfile
from pathlib import Path

DEFAULT_SECONDS = 120
_MODULES = (
    "dcaguard.adapters.config",
    "dcaguard.adapters.csv_import",
    "dcaguard.adapters.sources",
    "dcaguard.adapters.venues.guard_call",
    "dcaguard.adapters.venues.guard_reader",
    "dcaguard.adapters.venues.line",
    "dcaguard.adapters.venues.listing",
    "dcaguard.adapters.venues.markets_cache",
    "dcaguard.adapters.venues.orders",
    "dcaguard.adapters.venues.quotes",
    "dcaguard.adapters.venues.skew",
    "dcaguard.core.config",
    "dcaguard.core.money",
    "dcaguard.core.policy",
    "dcaguard.core.reading_checks",
    "dcaguard.core.slots",
    "dcaguard.core.strategy",
    "cronsim",
    "tomllib",
)


def run(name: str, seconds: int, seed: int) -> None:
    """Fuzz one target; never returns: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=list(_MODULES)):
        from tests.fuzz.targets import TARGETS

        target = TARGETS[name]
        seeds = target.seeds()
        target.play(seeds[0])  # what a target imports when it is first played is watched too
    folder = Path(tempfile.mkdtemp(prefix="dcaguard-fuzz-"))
    corpus = folder / "corpus"
    corpus.mkdir()
    for at, raw in enumerate(seeds):
        (corpus / f"seed-{at:03d}").write_bytes(raw)
    print(f"target {name}, {seconds} s, seed {seed}", flush=True)  # noqa: T201

    def one(data: bytes) -> None:
        try:
            target.play(data)
        except BaseException:
            print(f"input: {data!r}", flush=True)  # noqa: T201
            raise

    options = (
        f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=20000", "-timeout=10",
        "-rss_limit_mb=1024", f"-artifact_prefix={folder}/", "-print_final_stats=1",
        "-use_value_profile=0",
    )  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    wanted, *rest = sys.argv[1:]
    given = int(rest[0]) if rest else int(os.environ.get("DCAGUARD_FUZZ_SECONDS", DEFAULT_SECONDS))
    run(wanted, given, int(rest[1]) if len(rest) > 1 else 1)
