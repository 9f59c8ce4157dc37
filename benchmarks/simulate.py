"""A whole program through a year, 200 and 2,000 members: time, peak memory, and that no invariant is broken.

    python -m benchmarks.simulate [--members 200 --members 2000] [--months 12] [--churn 0.05] [--seed 0]

Each size runs in a process of its own. Exit code 1 when something was broken.
"""

import argparse
import json
import resource
import subprocess
import sys
import time


def main() -> int:
    """Runs each size and prints a line for it; the pages themselves with --pages."""
    options = _options()
    if options.one is not None:
        return _one(options)
    print(
        f"{'members':>8} {'months':>7} {'nudges':>8} {'messages':>9} {'seconds':>8} {'peak MB':>8} {'broken':>7}"
    )
    worst = 0
    for members in options.members or [200, 2000]:
        command = [
            sys.executable,
            "-m",
            "benchmarks.simulate",
            "--one",
            str(members),
            "--months",
            str(options.months),
        ]
        command += ["--churn", str(options.churn), "--seed", str(options.seed)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            print(ran.stderr, file=sys.stderr)
            return 2
        told = json.loads(ran.stdout)
        page = told["page"]
        print(
            f"{members:>8} {options.months:>7} {page['nudges']:>8} {page['messages_sent']:>9} "
            f"{told['seconds']:>8.1f} {told['peak_mb']:>8.0f} {page['broken']:>7}"
        )
        if options.pages:
            print(json.dumps(page, indent=2))
        worst = max(worst, page["broken"])
    return int(worst > 0)


def _one(options: argparse.Namespace) -> int:
    import tempfile
    from pathlib import Path

    from scripts.simulation import run_through

    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="prepaired-simulation-") as folder:
        page = run_through(
            Path(folder),
            members=options.one,
            months=options.months,
            churn=options.churn,
            size=2,
            seed=options.seed,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"page": page, "seconds": time.perf_counter() - began, "peak_mb": peak}))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--members", type=int, action="append", help="a size; may be given more than once")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--churn", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pages", action="store_true", help="print each page, too")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
