"""`@operation`: the one way to change anything.

Asks in, answers out in the same order. The operation checks the grant, opens the transaction, answers a
key it has seen as it did before, reads the clock once, retries what the database asks to retry, undoes
everything on a dry run, and journals every event in the same transaction. Operations call no operations.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction
from pydantic_core import to_json

from hanse.kernel import clock
from hanse.kernel.refused import Finding, Refused, refuse

from .events import fact_of, journalled, json_of
from .principals import Principal, principal
from .run import Run, values_of
from .sending import sender, undo_all
from .together import going_on, names_in, numbered

MOST_ASKS = 5_000
FEW_ASKS = 20
"""So many asks at most have their operation's first query sent with the claim of their key: each of its rows brings the drawn numbers again."""
TRIES = 5
AGAIN = {"40001", "40P01", "55P03"}
"""Serialization failure, deadlock, lock not available: retried whole, five times, with jitter (D6)."""
TAKEN = "23505"
"""Unique violation: somebody took the same number between our look and our write. Retried like those; the next look sees it."""

OPERATIONS: dict[str, "Operation"] = {}
"""The operation registry: every way to change something, by `area.operation`."""


class KeyReused(Exception):
    """A key came back with another request; doors answer 422 `key-reused`."""


class KeyInProgress(Exception):
    """The first request with this key is still running; doors answer 409 `key-in-progress`."""


class NotGranted(Exception):
    """The principal may not do this; doors answer 403 `not-granted`."""

    def __init__(self, who: str, operation: str):
        super().__init__(f"{who} may not do {operation}")
        self.who, self.operation = who, operation


class Busy(Exception):
    """The database stayed locked or away through every try; the same key is safe to send again."""


@dataclass(slots=True)
class Request:
    """One caller's list of asks with its key; several may share a transaction (`gather`)."""

    asks: Sequence[Any]
    by: Principal
    key: str | None = None
    answers: list[Any] = field(default_factory=list)
    replayed: bool = False
    row: int | None = None
    drawn: dict[str, list[int]] = field(default_factory=dict)
    came: "tuple[str, list[Any], list[tuple[Any, ...]]] | None" = None


CLAIM_KEY = """
INSERT INTO journal_request (operation, key, request_hash, recorded_at)
SELECT %(operation)s::text, %(key)s::text, %(digest)s::bytea, %(now)s::timestamptz WHERE {standing}
ON CONFLICT (operation, key) DO NOTHING RETURNING id{drawn}
"""
"""On its way it draws the numbers that the operation needs."""
DRAWN = ", ARRAY(SELECT nextval('{sequence}') FROM generate_series(1, (SELECT %({sequence})s::int)))"
ANSWERED = "SELECT request_hash, answers, xact FROM journal_request WHERE operation = %(operation)s AND key = %(key)s"
TOLD = "SELECT kind, body FROM journal_event WHERE xact = %(xact)s AND operation = %(operation)s AND key = %(key)s ORDER BY id LIMIT %(count)s"
KEEP_ANSWERS = """
UPDATE journal_request AS r SET answers = k.answers FROM unnest(%(request)s::bigint[], %(answers)s::text[]) AS k(id, answers) WHERE r.id = k.id
"""
DROP_KEYS = "DELETE FROM journal_request WHERE id = ANY(%(request)s::bigint[])"


class Operation:
    """A function `(run, asks) -> answers` that runs in one transaction, once per key."""

    def __init__(self, decide: Callable[[Run, Sequence[Any]], list[Any]]):
        area = decide.__module__.split(".")[1]
        self.name = f"{area}.{decide.__name__}"
        self.body = decide
        self.draws: Draws = getattr(decide, "draws", lambda asks: {})
        self.begins: Begins | None = getattr(decide, "begins", None)
        self.__name__, self.__doc__, self.__module__ = decide.__name__, decide.__doc__, decide.__module__
        self.__wrapped__ = decide
        OPERATIONS[self.name] = self

    def __call__(self, asks: Sequence[Any], *, by: Principal | str, key: str | None = None, dry_run: bool = False) -> list[Any]:
        """Do what is asked. One answer per ask, in order: an event or a Refused."""
        [request] = self.run([Request(asks, principal(by), key)], dry_run=dry_run)
        return request.answers

    def run(self, requests: list[Request], dry_run: bool = False) -> list[Request]:
        """Do several callers' requests in one transaction; each keeps its own key and answers.

        Requests may come again after their transaction was lost: what they were about to be told then was never true.
        """
        for request in requests:
            request.answers = []
            if not request.by.may(self.name):
                raise NotGranted(request.by.name, self.name)
            if len(request.asks) > MOST_ASKS:
                request.answers = [refuse("too-big", limit=f"{MOST_ASKS} asks", got=len(request.asks))] * len(request.asks)
        todo = [r for r in requests if r.asks and not r.answers]
        if not todo:
            return requests
        for attempt in range(1, TRIES + 1):
            try:
                self._once(todo, dry_run)
                return requests
            except DatabaseError as error:
                if connection.in_atomic_block or not _again(error):
                    raise
                if attempt == TRIES and _state(error) == TAKEN:
                    raise
                if attempt == TRIES:
                    raise Busy(str(error)) from error
                time.sleep(random.uniform(0.5, 1.5) * 0.01 * 2**attempt)
        return requests

    def _once(self, requests: list[Request], dry_run: bool) -> None:
        now = clock.now()
        with transaction.atomic():
            cursor = sender(keeps_plans=any(r.key is not None for r in requests))
            fresh = [r for r in requests if not self._seen(r, now, cursor, lone=len(requests) == 1)]
            run = self._answer(fresh, now, cursor) if fresh else None
            accepted = run is not None and any(_accepted(r) for r in fresh)
            if run and accepted:
                self._keep(run, fresh)
            if dry_run or not accepted:
                undo_all()

    def _seen(self, request: Request, now: Any, cursor: Any, lone: bool) -> bool:
        """Claim the key, or answer as before. Waits at most the lock timeout for a twin that is running.

        With the claim of a lone request of few asks goes the query that the operation begins with; several requests lock in one order together.
        """
        request.answers, request.replayed, request.row, request.drawn, request.came = [], False, None, {}, None
        if request.key is None:
            return False
        digest = hashlib.sha256(b",".join(map(json_of, request.asks))).digest()
        standing, draws = request.by.standing, self.draws(request.asks)
        claim = _claim(standing.sql if standing else "true", tuple(draws))
        given = {"operation": self.name, "key": request.key, "digest": digest, "now": now, **draws, **(standing.given if standing else {})}
        values = [given[name] for name in names_in(claim)]
        sql, more = self.begins if self.begins and lone and len(request.asks) <= FEW_ASKS else ("", None)
        went = values_of(sql, request.asks, {"now": now, "actor": request.by.name, **more(request.asks)}) if more else []
        try:
            cursor.execute(going_on(claim, sql) if more else numbered(claim), values + went)
        except DatabaseError as error:
            if _state(error) == "55P03" and _waited_for_key(error):
                raise KeyInProgress(request.key) from error
            raise
        if rows := cursor.fetchall():
            own = 1 + len(draws)
            request.row, request.drawn = rows[0][0], dict(zip(draws, rows[0][1:own], strict=True))
            request.came = (sql, went, [row[own + 1:] for row in rows if row[own]]) if more else None
            return False
        cursor.execute(numbered(ANSWERED), [self.name, request.key])
        known = cursor.fetchone()
        if known is None:
            raise KeyInProgress(request.key)
        if bytes(known[0]) != digest:
            raise KeyReused(request.key)
        request.answers, request.replayed = self._answers_kept(request, known[1], known[2], cursor), True
        return True

    def _answers_kept(self, request: Request, kept: str | None, xact: int, cursor: Any) -> list[Any]:
        """What a request was answered: facts of the journal, and what was kept beside them."""
        answers = json.loads(kept) if kept else [None] * len(request.asks)
        cursor.execute(numbered(TOLD), [xact, self.name, request.key, answers.count(None)])
        told = [fact_of(kind, json.loads(body)) for kind, body in cursor.fetchall()]
        if len(told) < answers.count(None):
            raise KeyInProgress(request.key)
        facts = iter(told)
        return [next(facts) if a is None else _answer_of(a) for a in answers]

    def _answer(self, fresh: list[Request], now: Any, cursor: Any) -> Run:
        asks = [ask for r in fresh for ask in r.asks]
        owners = [r for r in fresh for _ in r.asks]
        run = Run(self.name, now, [(r.by.name, r.key) for r in owners], cursor, [r.by for r in owners])
        for r in fresh:
            for sequence, numbers in r.drawn.items():
                run.take_in(sequence, numbers)
            if r.came:
                run.came(*r.came)
        answers = self.body(run, asks)
        if len(answers) != len(asks):
            raise AssertionError(f"{self.name} answered {len(answers)} of {len(asks)} asks")
        for owner, answer in zip(owners, answers, strict=True):
            owner.answers.append(answer)
        return run

    @staticmethod
    def _keep(run: Run, fresh: list[Request]) -> None:
        """Journal what was accepted, and keep what else was answered; a wholly refused request leaves nothing and may be tried again."""
        keyed = [r for r in fresh if r.row is not None]
        beside = {r.row: to_json([None if journalled(a) else _stored(a) for a in r.answers]).decode() for r in keyed if _accepted(r) and not all(map(journalled, r.answers))}
        if beside:
            run.write(KEEP_ANSWERS, request=list(beside), answers=list(beside.values()))
        if dropped := [r.row for r in keyed if not _accepted(r)]:
            run.write(DROP_KEYS, request=dropped)
        run.journal([a for r in fresh for a in r.answers])


Decide = TypeVar("Decide", bound=Callable[..., list[Any]])


def operation(decide: Callable[[Run, Sequence[Any]], list[Any]]) -> Operation:
    """Make a function `(run, asks) -> answers` an operation."""
    return Operation(decide)


Draws = Callable[[Sequence[Any]], Mapping[str, int]]


def draws(counts: Draws) -> Callable[[Decide], Decide]:
    """Say how many numbers of which sequences an operation needs for its asks: they come with the claim of the key, without a statement of
    their own. `run.draw` gives them out; what was not foreseen it draws.
    """

    def say(decide: Decide) -> Decide:
        decide.draws = counts  # type: ignore[attr-defined]
        return decide

    return say


Begins = tuple[str, Callable[[Sequence[Any]], Mapping[str, Any]]]


def begins(sql: str, given: Callable[[Sequence[Any]], Mapping[str, Any]] = lambda asks: {}) -> Callable[[Decide], Decide]:
    """Say which query an operation begins with for its asks, mostly the one that locks its orders: it goes with the claim of the key, without a
    statement of its own. The operation asks it as if nothing had been said; asked with other values, it is sent.
    """

    def say(decide: Decide) -> Decide:
        decide.begins = sql, given  # type: ignore[attr-defined]
        return decide

    return say


@cache
def _claim(standing: str, sequences: tuple[str, ...]) -> str:
    return CLAIM_KEY.format(standing=standing, drawn="".join(DRAWN.format(sequence=s) for s in sequences))


def _accepted(request: Request) -> bool:
    return any(not isinstance(a, Refused) for a in request.answers)


def _state(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _waited_for_key(error: DatabaseError) -> bool:
    """Whether the wait that ended was one for a key, and not for rows that the operation locks: the database says in which table it stood."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return "journal_request" in (getattr(diagnosis, "context", None) or "")


def _again(error: DatabaseError) -> bool:
    return _state(error) in AGAIN | {TAKEN}


def _stored(answer: Any) -> list[Any]:
    return [type(answer).__name__, answer]


def _answer_of(stored: list[Any]) -> Any:
    kind, body = stored
    if kind == "Refused":
        errors = tuple(Finding(**error) for error in body["errors"])
        return Refused(body["code"], body["detail"], body["facts"], errors)
    return fact_of(kind, body)
