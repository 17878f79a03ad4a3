"""Result: what an import did, in numbers that add up."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .rejects import Tally

Progress = Callable[[str, int, int], None]
"""Told now and then: what is being brought in, rows done, rows in all."""


@dataclass(slots=True)
class Result:
    """Rows read = accepted + rejected + repeated. `files` has the same for each file.

    `notes` are facts of the past that could not be brought in with their order, each with its reason.
    `unused` are files that were given and that the mapping has no use for.
    """

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    repeated: int = 0
    orders: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    files: dict[str, dict[str, int]] = field(default_factory=dict)
    rejects_files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def rejects_file(self) -> Path | None:
        """The first file of rejected rows; there is one for each file that has some."""
        return self.rejects_files[0] if self.rejects_files else None

    def add(self, tally: Tally) -> None:
        """Take in what became of a file's rows."""
        tally.close()
        told = self.files.setdefault(tally.source.name, {"read": 0, "accepted": 0, "rejected": 0, "repeated": 0})
        for name in told:
            amount = getattr(tally, name)
            told[name] += amount
            setattr(self, name, getattr(self, name) + amount)
        self.reasons.update(tally.reasons)
        if tally.path:
            self.rejects_files.append(tally.path)
