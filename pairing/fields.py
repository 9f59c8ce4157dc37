"""Finite fields of prime or squared prime order, as tables: what constructions of designs calculate in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Elements are 0..q-1; 0 and 1 mean themselves.

    `powers` lists the powers of a primitive element from 1 on.
    """

    order: int
    plus: tuple[tuple[int, ...], ...]
    powers: tuple[int, ...]

    def power(self, exponent: int) -> int:
        """The primitive element to some power."""
        return self.powers[exponent % (self.order - 1)]


@cache
def field(order: int) -> Field | None:
    """The field of that order, or None where it is neither a prime nor the square of one."""
    for characteristic in (order, round(order**0.5)):
        if _prime(characteristic) and characteristic in (order, order / characteristic):
            return _field(order, characteristic)
    return None


def _prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def _field(order: int, p: int) -> Field:
    """Elements a + b s are numbered a + p b; s is a root of x² = x + c, irreducible where needed."""
    plus = tuple(
        tuple((one + other) % p + p * ((one // p + other // p) % p) for other in range(order))
        for one in range(order)
    )
    for constant in range(1, p):
        if order == p or all((x * x - x - constant) % p for x in range(p)):
            for element in range(2 if order > 2 else 1, order):
                powers = tuple(_powers(element, order, p, constant))
                if len(powers) == order - 1:
                    return Field(order=order, plus=plus, powers=powers)
    raise AssertionError(f"every field of order {order} has a primitive element")


def _powers(element: int, order: int, p: int, constant: int) -> Iterator[int]:
    """1 and the powers of an element until they come back to 1, or run into 0."""
    value = 1
    while True:
        yield value
        (b, a), (d, c) = divmod(value, p), divmod(element, p)
        if order == p:
            value = value * element % p
        else:  # (a + b s)(c + d s) with s² = s + constant
            value = (a * c + b * d * constant) % p + p * ((a * d + b * c + b * d) % p)
        if value in (0, 1):
            return
