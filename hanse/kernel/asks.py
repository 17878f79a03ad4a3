"""The types asks are made of, with the bounds that every door enforces and the schema shows.

They are plain `Annotated` types: doors validate them, `decide` may rely on them only for what a door let in.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeVar, dataclass_transform

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

MOST_UNITS = 1_000_000_000
"""The largest quantity in one ask: whole stock units."""
MOST_MONEY = Decimal("99999999999.9999")

Quantity = Annotated[int, Gt(0), Le(MOST_UNITS)]
Count = Annotated[int, Ge(0), Le(MOST_UNITS)]
Id = Annotated[int, Gt(0), Le(2**63 - 1)]
Money = Annotated[Decimal, Ge(0), Le(MOST_MONEY)]
Code = Annotated[str, MinLen(1), MaxLen(80)]
Name = Annotated[str, MinLen(1), MaxLen(200)]
Text = Annotated[str, MaxLen(2000)]
Short = Annotated[str, MaxLen(200)]
Currency = Annotated[str, MinLen(3), MaxLen(3)]
Country = Annotated[str, MinLen(2), MaxLen(2)]
Instant = datetime
"""An instant with its offset; doors refuse one without."""


T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def ask(cls: type[T]) -> type[T]:
    """Make an ask: a frozen dataclass whose doors refuse fields it does not have."""
    made = dataclass(frozen=True, slots=True)(cls)
    made.__pydantic_config__ = {"extra": "forbid", "str_strip_whitespace": True}  # type: ignore[attr-defined]
    return made
