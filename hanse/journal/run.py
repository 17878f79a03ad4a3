"""Run: what an operation works with. One transaction, one reading of the clock, sets in and sets out."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection

from hanse.kernel.refused import Refused

from .columns import column
from .events import body_of, subject_of

T = TypeVar("T")
_NAMES = re.compile(r"%\((\w+)\)s")

JOURNAL = """
WITH kept AS (
  UPDATE journal_request AS r SET answers = k.answers FROM unnest(%(request)s::bigint[], %(answers)s::text[]) AS k(id, answers) WHERE r.id = k.id
)
INSERT INTO journal_event (kind, subject, body, happened_at, recorded_at, zone, actor, operation, key)
SELECT e.kind, e.subject, e.body::jsonb, e.happened_at, %(now)s::timestamptz, e.zone, e.actor, %(operation)s, e.key
  FROM unnest(%(kind)s::text[], %(subject)s::text[], %(body)s::text[], %(happened_at)s::timestamptz[],
              %(zone)s::text[], %(actor)s::text[], %(key)s::text[])
    AS e(kind, subject, body, happened_at, zone, actor, key)
"""
DRAW = "SELECT nextval(%(sequence)s::regclass) FROM generate_series(1, %(count)s::int)"


class Run:
    """The running operation: `now`, who asked for which ask, and set-wise reading, writing and telling."""

    def __init__(self, operation: str, now: datetime, owners: Sequence[tuple[str, str | None]]):
        self.operation, self.now, self.owners = operation, now, owners
        self._told: list[tuple[Any, tuple[str, str | None]]] = []

    @cached_property
    def _cursor(self) -> Any:
        """One cursor for all statements of the run: making one costs as much as a small statement."""
        return connection.cursor()

    def _send(self, sql: str, values: Mapping[str, Any]) -> Any:
        """Send a statement, lists as columns; gives the cursor that holds its rows."""
        self._cursor.execute(sql, {name: column(value) if type(value) is list else value for name, value in values.items()})
        return self._cursor

    @property
    def actor(self) -> str:
        """Who asked; of several callers in one transaction the first."""
        return self.owners[0][0]

    def rows(self, cls: Callable[..., T], sql: str, asks: Sequence[Any] = (), **given: Any) -> list[T]:
        """Run a query and make one `cls` of each row, columns in the order of its fields.

        A name in the SQL (`%(task)s`) is sent as the array of that field over all asks, unless given.
        """
        return [cls(*row) for row in self._send(sql, self._values(sql, asks, given)).fetchall()]

    def write(self, sql: str, asks: Sequence[Any] = (), **given: Any) -> int:
        """Write a set; nothing is sent for an empty one. Gives back how many rows were written."""
        if not asks and not given:
            return 0
        return self._send(sql, self._values(sql, asks, given)).rowcount

    def draw(self, sequence: str, count: int) -> list[int]:
        """Draw `count` numbers from a sequence."""
        if not count:
            return []
        return [n for (n,) in self._send(DRAW, {"sequence": sequence, "count": count}).fetchall()]

    def tell(self, facts: Sequence[Any], owner: tuple[str, str | None] | None = None) -> None:
        """Journal facts beside the answers (what follows from an ask, such as units allocated anew)."""
        self._told += [(fact, owner or self.owners[0]) for fact in facts]

    def journal(self, answers: Sequence[Any], kept: Mapping[int, str]) -> None:
        """Write the accepted answers and all that was told into the journal, and keep what each request was answered.

        Called once, by `@operation`; `kept` are answers as JSON by the request's row.
        """
        told = [(a, o) for a, o in zip(answers, self.owners, strict=True) if not isinstance(a, Refused) and not a.SILENT] + self._told
        if not told and not kept:
            return
        self._send(JOURNAL, {
            "request": list(kept), "answers": list(kept.values()),
            "kind": [type(f).__name__ for f, _ in told],
            "subject": [subject_of(f) for f, _ in told],
            "body": [body_of(f) for f, _ in told],
            "happened_at": [getattr(f, "at", None) or self.now for f, _ in told],
            "zone": [getattr(f, "zone", None) or "UTC" for f, _ in told],
            "actor": [o[0] for _, o in told],
            "key": [o[1] for _, o in told],
            "now": self.now, "operation": self.operation,
        })

    def _values(self, sql: str, asks: Sequence[Any], given: Mapping[str, Any]) -> dict[str, Any]:
        values = {}
        for name in names_in(sql):
            if name in given:
                values[name] = given[name]
            elif name == "now":
                values[name] = self.now
            elif name == "actor":
                values[name] = self.actor
            else:
                values[name] = list(map(attrgetter(name), asks))
        return values


@cache
def names_in(sql: str) -> tuple[str, ...]:
    """The names a statement wants filled."""
    return tuple(dict.fromkeys(_NAMES.findall(sql)))
