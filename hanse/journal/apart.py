"""Apart: a run over many things, in which one that cannot be done holds up nobody else."""

from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError

from .operation import Busy, NotGranted, Operation
from .principals import Principal

NOBODYS = (OperationalError, InterfaceError, Busy, NotGranted)
"""Troubles that are not of any one ask: the run stops and comes again."""


class Apart:
    """Puts asks to an operation in batches. Where a batch raises, it is tried in halves, down to the asks that cannot be done;
    `done` raises these at the end, so that the job fails in sight, with the rest done.
    """

    def __init__(self, operation: Operation, by: Principal):
        self.operation, self.by = operation, by
        self.troubles: list[Exception] = []

    def __call__(self, asks: Sequence[Any]) -> list[Any]:
        """The answers of those that could be done."""
        try:
            return self.operation(asks, by=self.by) if asks else []
        except NOBODYS:
            raise
        except Exception as trouble:  # noqa: BLE001 - whatever it is, it is told by `done`
            if len(asks) == 1:
                trouble.add_note(f"{self.operation.name}: {asks[0]}")
                self.troubles.append(trouble)
                return []
        middle = len(asks) // 2
        return self(asks[:middle]) + self(asks[middle:])

    def done(self) -> None:
        """Raise what could not be done, all of it together."""
        if self.troubles:
            named = "; ".join(note for trouble in self.troubles[:5] for note in trouble.__notes__)
            raise ExceptionGroup(f"{len(self.troubles)} could not be done: {named}", self.troubles)
