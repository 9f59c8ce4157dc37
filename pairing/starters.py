"""Starters of nearly Kirkman systems: one round each, found by our own search, from which all rounds are
turned.

For n people, m = n / 2 - 1: people 0..m-1 and m..2m-1 sit in two rings, 2m and 2m + 1 stay where they are.
"""

Triple = tuple[int, int, int]

STARTERS: dict[int, tuple[Triple, ...]] = {
    24: (
        (7, 16, 22),
        (10, 14, 23),
        (15, 17, 20),
        (2, 12, 19),
        (3, 11, 21),
        (1, 8, 13),
        (4, 5, 18),
        (0, 6, 9),
    ),
    36: (
        (14, 17, 34),
        (11, 22, 35),
        (5, 8, 10),
        (0, 7, 13),
        (15, 16, 29),
        (1, 9, 19),
        (6, 21, 32),
        (3, 25, 26),
        (4, 20, 28),
        (18, 30, 33),
        (12, 24, 31),
        (2, 23, 27),
    ),
}
