"""One check: the invariant it stands under, its sentence, and its question."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Ask = Callable[..., Iterable[tuple]]
"""Puts a question to the database and gives its rows."""


@dataclass(frozen=True, slots=True)
class Check:
    """`sql` gives a row for everything looked at, with `wrong`; `derive` instead looks in Python and gives (how many, findings)."""

    name: str
    what: str
    sql: str = ""
    derive: Callable[[Ask], tuple[int, list[dict[str, Any]]]] | None = None
