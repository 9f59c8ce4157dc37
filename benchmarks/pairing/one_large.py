"""One large cohort in a process of its own: `python -m benchmarks.pairing.one_large PEOPLE` prints a table row."""

import resource
import sys
from time import perf_counter

from benchmarks.pairing.cohorts import cohort
from pairing.plan import plan

WARM = 4_002  # people: the smallest even number beyond tables


def main(people: int) -> None:
    plan(*cohort(WARM))  # compiles, or reads what was compiled
    everybody, policy = cohort(people)
    started = perf_counter()
    found = plan(everybody, policy).rounds[0]
    seconds = perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"| {people:,} | {len(found.groups):,} | {found.weight / found.bound:.5f} | {seconds:.1f} | {memory} |"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
