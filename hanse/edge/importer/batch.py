"""Batch: a list of asks through an operation under a key of its own, so that the same file twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hanse.journal.operation import Operation, Request
from hanse.journal.principals import Principal

MOST = 1_000
"""Asks in one call of an operation."""
KEYS = "1"
"""Part of every key; it changes when the importer asks differently for the same rows."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Who asks, and under which key: files, mapping and the batch's place in them. No key on a dry run."""

    by: Principal
    key: str | None

    def ask(self, operation: Operation, asks: Sequence[Any], step: str = "") -> tuple[list[Any], bool]:
        """The answers, and whether all were given before. Each operation, and each thousand asks of it, has its own key."""
        answers: list[Any] = []
        replayed = bool(asks)
        for at in range(0, len(asks), MOST):
            request = Request(list(asks[at:at + MOST]), self.by, self.key and f"{self.key}:{step or operation.name}:{at}")
            operation.run([request])
            answers += request.answers
            replayed = replayed and request.replayed
        return answers, replayed


def key_of(digest: str, place: str) -> str:
    """The key of a batch: the hash of files and mapping, and where in them it stands."""
    return f"import:{KEYS}:{digest[:32]}:{place}"
