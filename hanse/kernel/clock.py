"""The clock: the one place where hanse asks what time it is. Simulations and tests set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

YEARS = range(1900, 2200)
"""The years that doors take days and instants of: any other is a slip, and near the ends of the calendar no day can be reckoned with."""
_set: ContextVar[datetime | None] = ContextVar("hanse_clock", default=None)


def now() -> datetime:
    """The present instant in UTC: the given one where somebody set the clock."""
    return _set.get() or datetime.now(UTC)


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Within this block it is `instant` (which must carry its offset)."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    token = _set.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)
