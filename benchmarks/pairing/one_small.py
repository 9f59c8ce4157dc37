"""A first answer: `python -m benchmarks.pairing.one_small PEOPLE` plans a round and says whether numba was imported."""

import sys

from benchmarks.pairing.cohorts import cohort
from pairing.plan import plan

if __name__ == "__main__":
    plan(*cohort(int(sys.argv[1])))
    print("yes" if "numba" in sys.modules else "no")
