"""Versions: what holds from a day on follows what held before. What was in force is never written over; it may be given an end. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hanse.kernel.refused import Refused, refuse

ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('network: services and rates', 0))"
"""One change at a time: versions are looked up and written without a race."""
Known = Mapping[tuple[str, ...], Sequence["Version"]]
"""All versions of what is named."""


@dataclass(frozen=True, slots=True)
class Version:
    """What holds from a day until a day."""

    from_on: date
    until_on: date | None
    content: Any

    def holds(self, day: date) -> bool:
        """Whether it holds on a day, if no later one began by then."""
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)


@dataclass(slots=True)
class Line:
    """Versions that follow each other, as a batch goes on: later asks see what earlier ones brought."""

    today: date
    known: Known
    brought: dict[tuple[str, ...], dict[date, Version]] = field(default_factory=dict)

    def of(self, name: tuple[str, ...]) -> dict[date, Version]:
        """The versions of a name by the day from which they hold."""
        return self.brought.setdefault(name, {v.from_on: v for v in self.known.get(name, ())})

    def wrong(self, name: tuple[str, ...], new: Version, what: str) -> list[Refused]:
        """Why a version cannot be kept: it ends before it begins, or what was in force by then stays as it is."""
        if new.until_on and new.until_on < new.from_on:
            return [refuse("values-refused", at="until_on", why="It cannot end before it begins.")]
        begun = [v for v in self.of(name).values() if v.from_on <= new.from_on]
        last = max(begun, key=lambda v: v.from_on, default=None)
        if last is None or new.from_on > self.today or (last.from_on == new.from_on and self._ends(last, new)):
            return []
        if last.from_on < new.from_on and not last.holds(new.from_on):
            return []
        return [refuse("in-force", at="from_on", what=what, since=last.from_on, day=self.today + timedelta(days=1))]

    def _ends(self, old: Version, new: Version) -> bool:
        """Whether nothing is new but the end, and that does not lie behind us."""
        ended = old.until_on is not None and old.until_on < self.today
        return old.content == new.content and (old.until_on == new.until_on or (not ended and (new.until_on is None or new.until_on >= self.today)))

    def keep(self, name: tuple[str, ...], new: Version) -> None:
        """Put a version into its line."""
        self.of(name)[new.from_on] = new
