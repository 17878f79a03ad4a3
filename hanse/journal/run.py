"""Run: what an operation works with. One transaction, one reading of the clock, sets in and sets out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

from django.db import transaction

from .columns import column
from .events import body_of, journalled, subject_of
from .principals import Principal
from .sending import sender, undo_all
from .together import joined, names_in, numbered, statement

T = TypeVar("T")

JOURNAL = """
INSERT INTO journal_event (kind, subject, body, happened_at, recorded_at, zone, actor, operation, key)
SELECT e.kind, e.subject, e.body, e.happened_at, %(now)s::timestamptz, e.zone, e.actor, %(operation)s::text, e.key
  FROM ROWS FROM (unnest(%(kind)s::text[], %(subject)s::text[], %(happened_at)s::timestamptz[], %(zone)s::text[], %(told_by)s::text[], %(key)s::text[]),
                  jsonb_array_elements(%(body)s::jsonb)) AS e(kind, subject, happened_at, zone, actor, key, body)
"""
DRAW = """
SELECT s.sequence, nextval(s.found) FROM (
  SELECT sequence, count, sequence::regclass AS found FROM unnest(%(sequence)s::text[], %(count)s::int[]) AS w(sequence, count) OFFSET 0) s, generate_series(1, s.count)
"""


class Run:
    """The running operation: `now`, who asked for which ask, and set-wise reading, writing and telling.

    Writes are kept back and go to the database together: before a read that names one of their tables, and
    at the end with the journal.
    """

    def __init__(self, operation: str, now: datetime, owners: Sequence[tuple[str, str | None]], cursor: Any = None, askers: Sequence[Principal] = ()):
        self.operation, self.now, self.owners, self.askers = operation, now, owners, askers
        self._cursor = cursor or sender()
        self._told: list[tuple[Any, tuple[str, str | None] | None]] = []
        self._writes: list[tuple[str, list[Any], Exception | None]] = []
        self._written: set[str] = set()
        self._drawn: dict[str, list[int]] = {}
        self._came: tuple[str, list[Any], list[tuple[Any, ...]]] | None = None

    @property
    def actor(self) -> str:
        """Who asked; of several callers in one transaction the first."""
        return self.owners[0][0]

    def rows(self, cls: Callable[..., T], sql: str, asks: Sequence[Any] = (), **given: Any) -> list[T]:
        """Run a query and make one `cls` of each row, columns in the order of its fields.

        A name in the SQL (`%(task)s`) is sent as the array of that field over all asks, unless given. What was kept back
        goes first where the query names one of its tables, or writes itself: its rows may refer to those.
        """
        if self._writes and (statement(sql).writes or not self._written.isdisjoint(statement(sql).reads)):
            self.flush()
        values = self._values(sql, asks, given)
        rows = self._that_came(sql, values)
        if rows is None:
            self._cursor.execute(numbered(sql), values)
            rows = self._cursor.fetchall()
        return [cls(*row) for row in rows]

    def lock(self, sql: str, asks: Sequence[Any] = (), **given: Any) -> None:
        """Lock the rows of a query for the rest of the transaction."""
        values = self._values(sql, asks, given)
        if self._that_came(sql, values) is None:
            self._cursor.execute(numbered(sql), values)

    def write(self, sql: str, asks: Sequence[Any] = (), **given: Any) -> None:
        """Write a set; nothing is sent for an empty one."""
        if asks or given:
            self._keep_back(sql, self._values(sql, asks, given), None)

    def prove(self, sql: str, asks: Sequence[Any], broken: Exception, **given: Any) -> None:
        """Write a set with a statement that ends by selecting how much of it did not come out as it must: anything but zero raises `broken`."""
        if asks:
            self._keep_back(sql, self._values(sql, asks, given), broken)

    def _keep_back(self, sql: str, values: list[Any], broken: Exception | None) -> None:
        it = statement(sql)
        if not self._written.isdisjoint(it.reads):
            self.flush()
        self._writes.append((sql, values, broken))
        self._written |= it.writes

    def flush(self) -> None:
        """Send what was kept back."""
        writes, self._writes, self._written = self._writes, [], set()
        if not writes:
            return
        self._came = None
        sql = numbered(writes[0][0]) if len(writes) == 1 else joined(tuple((sql, broken is not None) for sql, _, broken in writes))
        self._cursor.execute(sql, [value for _, values, _ in writes for value in values])
        proven = [broken for *_, broken in writes if broken is not None]
        for broken, wrong in zip(proven, self._cursor.fetchone() if proven else (), strict=True):
            if wrong:
                raise broken

    def attempt(self, act: Callable[[], T], good: Callable[[T], bool]) -> T:
        """Do something; unless what comes of it is good, all that was written and told meanwhile is undone."""
        self.flush()
        told = len(self._told)
        with transaction.atomic():
            found = act()
            if not good(found):
                undo_all()
                self._writes, self._written = [], set()
                del self._told[told:]
        return found

    @contextmanager
    def undone(self) -> Iterator["Run"]:
        """A run of its own whose writes and facts are undone at the end: for looking at what an act would bring."""
        self.flush()
        self._cursor.execute("SAVEPOINT undone")
        yield Run(self.operation, self.now, self.owners, self._cursor, self.askers)
        self._cursor.execute("ROLLBACK TO SAVEPOINT undone")

    def draw(self, sequence: str, count: int) -> list[int]:
        """Draw `count` numbers from a sequence."""
        return self.draw_all({sequence: count})[sequence]

    def draw_all(self, counts: Mapping[str, int]) -> dict[str, list[int]]:
        """Draw numbers from several sequences at once; those that came with other statements are given out first."""
        drawn: dict[str, list[int]] = {}
        for sequence, count in counts.items():
            waiting = self._drawn.get(sequence, [])
            drawn[sequence], self._drawn[sequence] = waiting[:count], waiting[count:]
        missing = {sequence: count - len(drawn[sequence]) for sequence, count in counts.items() if count > len(drawn[sequence])}
        if missing:
            self._cursor.execute(numbered(DRAW), [column(list(missing)), column(list(missing.values()))])
            for sequence, number in self._cursor.fetchall():
                drawn[sequence].append(number)
        return drawn

    def take_in(self, sequence: str, numbers: Sequence[int]) -> None:
        """Keep numbers of a sequence that came with another statement, for `draw` to give out."""
        self._drawn.setdefault(sequence, []).extend(numbers)

    def came(self, sql: str, values: list[Any], rows: list[tuple[Any, ...]]) -> None:
        """Keep what a query answered that went with the claim of the key, for when it is asked."""
        self._came = (sql, values, rows)

    def _that_came(self, sql: str, values: list[Any]) -> list[tuple[Any, ...]] | None:
        """What this query answered already, once."""
        if self._came is None or self._came[:2] != (sql, values):
            return None
        rows, self._came = self._came[2], None
        return rows

    def tell(self, facts: Sequence[Any], owner: tuple[str, str | None] | None = None) -> None:
        """Journal facts beside the answers (what follows from an ask, such as units allocated anew)."""
        self._told += [(fact, owner) for fact in facts]

    def journal(self, answers: Sequence[Any]) -> None:
        """Write the accepted answers and all that was told into the journal, in this order. Called once, by `@operation`."""
        answered = [(a, o) for a, o in zip(answers, self.owners, strict=True) if journalled(a)]
        told = answered + self._owned(answered)
        if told:
            self.write(
                JOURNAL, operation=self.operation, kind=[type(f).__name__ for f, _ in told], subject=[subject_of(f) for f, _ in told],
                body="[" + ",".join([body_of(f) for f, _ in told]) + "]", happened_at=[getattr(f, "at", None) or self.now for f, _ in told],
                zone=[getattr(f, "zone", None) or "UTC" for f, _ in told], told_by=[o[0] for _, o in told], key=[o[1] for _, o in told],
            )
        self.flush()

    def _owned(self, answered: Sequence[tuple[Any, tuple[str, str | None]]]) -> list[tuple[Any, tuple[str, str | None]]]:
        """What follows from an ask is told by whoever asked: of several callers the one whose answer is of the same subject, and never one who was refused."""
        first = answered[0][1] if answered else self.owners[0]
        if not self._told or len(set(self.owners)) == 1:
            return [(fact, owner or first) for fact, owner in self._told]
        of = {subject_of(answer): owner for answer, owner in answered}
        return [(fact, owner or of.get(subject_of(fact), first)) for fact, owner in self._told]

    def _values(self, sql: str, asks: Sequence[Any], given: Mapping[str, Any]) -> list[Any]:
        return values_of(sql, asks, {"now": self.now, "actor": self.actor, **given})


def values_of(sql: str, asks: Sequence[Any], given: Mapping[str, Any]) -> list[Any]:
    """The values of a statement in the order of its names, lists as columns; what is not given is a field of the asks."""
    values: list[Any] = []
    for name in names_in(sql):
        if name in given:
            value = given[name]
            values.append(column(value) if type(value) is list else value)
        else:
            values.append(column(list(map(attrgetter(name), asks))))
    return values
