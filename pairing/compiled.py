"""Machine code for the loops that large cohorts need, where the extra `large` is installed.

Kernels are plain functions over numpy arrays and work as they are; a compiled twin of a module's kernels is
made when a cohort is large enough to pay for it (the first time on a machine takes up to a minute, then it
is kept on disk).
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import RLock
from types import FunctionType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

AVAILABLE = find_spec("numba") is not None
MISSING = "cohorts of this size are paired faster with the extra packages; install prepaired[large]"
NEEDED = "cohorts beyond {:,} need the extra packages; install prepaired[large]"

_kernels: dict[str, list[FunctionType]] = {}
_one_at_a_time = RLock()  # threads share the compiled twins


def kernel(function: Function) -> Function:
    """Mark a function as one that numba understands; it stays as it is."""
    assert isinstance(function, FunctionType)  # noqa: S101  # a fact about our own decorated functions
    _kernels.setdefault(function.__module__, []).append(function)
    return function


def machine_code(module: str) -> dict[str, Callable[..., Any]]:
    """The compiled twins of a module's kernels by name. Numba must be there; see AVAILABLE."""
    with _one_at_a_time:
        return _twins(module)


@cache
def _twins(module: str) -> dict[str, Callable[..., Any]]:
    import numba

    space = dict(vars(import_module(module)))
    for name, value in list(space.items()):  # kernels of other modules that these call
        origin = getattr(value, "__module__", None)
        if origin != module and isinstance(value, FunctionType) and value in _kernels.get(origin or "", ()):
            space[name] = _twins(value.__module__)[value.__name__]
    for function in _kernels[module]:
        twin = FunctionType(function.__code__, space, function.__name__, function.__defaults__)
        twin.__qualname__ = function.__qualname__
        twin.__module__ = module
        space[function.__name__] = numba.njit(cache=True, nogil=True)(twin)
    return {function.__name__: space[function.__name__] for function in _kernels[module]}
