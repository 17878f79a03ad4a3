"""`hanse recover`: go on after a restore. Each step says what it did; the database is closed for writes until the last one.

    closed → numbers lifted → a new epoch begun → carriers asked → what follows was done → verified → open

What was acknowledged after the restored moment is lost to this database, not to the world: invoices, labels and orders with the next
numbers may be in others' hands. So no number that may have been given is given again: sequences are lifted, and numbers of documents are
voided with the reason. Where the database as it was last can still be read (`--beside`), the numbers are exact, and it is named what is lost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from hanse.billing.documents import SERIES
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused

from . import home, postgres
from .cli import FINDING, IN_THE_WAY, err, out
from .postgres_home import RESTORED
from .recover import Recover, VoidUpTo, recover

FASTER = 10
"""So many times faster than on average until then work may have gone on after the restored moment."""
LEAST_IDS, LEAST_DOCUMENTS = 100_000, 100
"""By so much numbers are lifted at least, where nobody knows how many were given."""

CLOSE = "ALTER DATABASE {} SET default_transaction_read_only = on"
OPEN = "ALTER DATABASE {} RESET default_transaction_read_only"
END_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
LIVED = "SELECT min(recorded_at), max(recorded_at) FROM journal_event"
SEQUENCES = "SELECT sequencename, coalesce(last_value, 0), max_value FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1"
LIFT = "SELECT setval(s.name::regclass, s.last) FROM unnest(%s::text[], %s::bigint[]) AS s(name, last)"
LAST = "SELECT name, last FROM billing_series"
LOST_DOCUMENTS = """
SELECT d.number || ' of H-' || d.order_id || ' for ' || p.code || ', ' || d.total || ' ' || d.currency
  FROM billing_invoice d JOIN partners_party p ON p.id = d.customer_id JOIN unnest(%s::text[], %s::bigint[]) AS s(name, last)
    ON d.number ~ ('^' || s.name || '-[0-9]{6,}$') AND substring(d.number FROM '([0-9]+)$')::bigint > s.last ORDER BY d.id
"""
LOST_FACTS = "SELECT kind, count(*) FROM journal_event WHERE recorded_at > %s GROUP BY 1 ORDER BY 2 DESC, 1"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast numbers were given until the restored moment, and how long somebody may have gone on after it."""

    first: datetime
    restored_to: datetime
    now: datetime

    def lifted(self, last: int, least: int, since: datetime | None = None) -> int:
        """Where a count that stood at `last` is safely beyond what may have been given since."""
        lived = max(self.restored_to - max(self.first, since or self.first), timedelta(hours=1))
        return last + max(least, -(-FASTER * last * (self.now - self.restored_to) // lived))


def series_lifted(last: dict[str, int], pace: Pace) -> dict[str, int]:
    """Up to which number each series may have been given: all years that the lost time touches, begun or not."""
    found = {}
    for year in range(pace.restored_to.astimezone(UTC).year, pace.now.astimezone(UTC).year + 1):
        for name in SERIES.values():
            series = f"{name}-{year}"
            found[series] = pace.lifted(last.get(series, 0), LEAST_DOCUMENTS, datetime(year, 1, 1, tzinfo=UTC))
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What the database as it was last says: how far its numbers had come, and what happened after the restored moment."""

    sequences: dict[str, int]
    series: dict[str, int]
    documents: list[str]
    facts: list[tuple[str, int]]


def recovered(urls: home.Urls, beside: str | None) -> int:
    """All steps, in their order; 0 when open again, 1 when `verify` found something and it stays closed."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("SET default_transaction_read_only = off")
        _switch(owner, CLOSE)
        out.print(f"Closed for writes; {_end_others(urls)} sessions ended.")
        first, restored_to = owner.execute(LIVED).fetchone() or (None, None)
        pace = Pace(first or clock.now(), restored_to or clock.now(), clock.now())
        known = _beside(beside, pace, dict(owner.execute(LAST).fetchall())) if beside else None
        lifted, voids = _lifted(owner, pace, known)
        answer = _begun(pace, lifted, voids, known)
        if isinstance(answer, Refused):
            err.print(f"[red]{answer.detail}[/red]")
            return IN_THE_WAY
        _carriers()
        _followed()
        if not _verified():
            err.print("[red]It stays closed. See `hanse verify`; when its cause is mended, run `hanse recover` again.[/red]")
            return FINDING
        _switch(owner, OPEN)
    (home.database() / RESTORED).unlink(missing_ok=True)
    connection.close()
    out.print(f"Open for writes; {_end_others(urls)} sessions ended, so that the next ones may write.")
    return 0


def _switch(owner: psycopg.Connection, order: str) -> None:
    owner.execute(sql.SQL(order).format(sql.Identifier(owner.info.dbname)))


def _end_others(urls: home.Urls) -> int:
    """End the sessions that began under the rule before; who had them connects again."""
    with psycopg.connect(urls.app, autocommit=True) as app:
        [ended] = app.execute(END_OTHERS).fetchone() or [0]
    return int(ended)


def _beside(named: str, pace: Pace, last: dict[str, int]) -> Known:
    """Read the database as it was last."""
    with _opened(named) as there:
        documents = [text for (text,) in there.execute(LOST_DOCUMENTS, [*_series(there, last)])]
        facts: list[tuple[str, int]] = there.execute(LOST_FACTS, [pace.restored_to]).fetchall()
        return Known({n: at for n, at, _ in there.execute(SEQUENCES)}, dict(there.execute(LAST).fetchall()), documents, facts)


def _series(there: psycopg.Connection, last: dict[str, int]) -> tuple[list[str], list[int]]:
    names = [name for (name,) in there.execute("SELECT name FROM billing_series")]
    return names, [last.get(name, 0) for name in names]


@contextmanager
def _opened(named: str) -> Iterator[psycopg.Connection]:
    """The database at an address, or of a home: started for as long as it is read."""
    if "://" in named:
        with psycopg.connect(named, autocommit=True) as there:
            yield there
        return
    folder = Path(named).expanduser() / "database"
    if not (folder / "data").is_dir():
        raise home.HomeError(f"{named} is no home with a database: name the home, or the address, of the database as it was last.")
    ran = postgres.status(folder)
    try:
        with psycopg.connect(postgres.start(folder).owner_url, autocommit=True) as there:
            yield there
    finally:
        if ran is None:
            postgres.stop(folder)


def _lifted(owner: psycopg.Connection, pace: Pace, known: Known | None) -> tuple[int, list[VoidUpTo]]:
    """Lift every sequence; say up to which number each series is void."""
    here: list[tuple[str, int, int]] = owner.execute(SEQUENCES).fetchall()
    wanted = {name: min(known.sequences.get(name, 0) if known else pace.lifted(last, LEAST_IDS), most) for name, last, most in here}
    lifted = {name: wanted[name] for name, last, _ in here if wanted[name] > last}
    owner.execute(LIFT, [list(lifted), list(lifted.values())])
    last: dict[str, int] = dict(owner.execute(LAST).fetchall())
    series = known.series if known else series_lifted(last, pace)
    voids = [VoidUpTo(name, upto) for name, upto in sorted(series.items()) if upto > last.get(name, 0)]
    lost = pace.now - pace.restored_to
    out.print(f"Restored to {pace.restored_to.isoformat(timespec='milliseconds')}, {_said(lost)} ago; {len(lifted)} sequences lifted.")
    for v in voids:
        out.print(f"Void: {v.series}-{last.get(v.series, 0) + 1:06d} to {v.series}-{v.number:06d}.")
    return len(lifted), voids


def _said(time: timedelta) -> str:
    return f"{time.total_seconds():.0f} s" if time < timedelta(minutes=2) else f"{time.total_seconds() / 60:.0f} min" if time < timedelta(hours=3) else f"{time / timedelta(hours=1):.0f} h"


def _begun(pace: Pace, lifted: int, voids: list[VoidUpTo], known: Known | None) -> Any:
    """Begin the new epoch, as one act of the journal."""
    documents = known.documents if known else []
    epoch = int(pace.now.timestamp() * 1000)
    [answer] = recover([Recover(pace.restored_to, epoch, lifted, tuple(voids), tuple(documents))], by=HANSE)
    if not isinstance(answer, Refused):
        out.print(f"Epoch {epoch} has begun: subscribers and readers of the feed are told that what came after the restored moment is void.")
    for text in documents:
        out.print(f"Lost: {text}")
    if known:
        out.print("Lost facts: " + (", ".join(f"{count} {kind}" for kind, count in known.facts) or "none") + ".")
    return answer


def _carriers() -> None:
    """Labels that were asked for are asked for again by their keys; parcels are asked where they are."""
    from hanse.transport.calling import call_carriers
    from hanse.transport.polling import ask_where

    out.print(f"Carriers: {call_carriers()} calls for labels, manifests and pickups; {ask_where()} new events of parcels.")


def _followed() -> None:
    """Let every follower read on to the end, and bill what is due, as the worker would."""
    from hanse.billing.jobs import invoice_what_is_due
    from hanse.journal.follow import FOLLOWERS, follow

    passed = 1
    while passed:
        passed = sum(follow(it) for it in FOLLOWERS.values())
    out.print(f"What follows was done; {invoice_what_is_due()} invoices issued.")


def _verified() -> bool:
    from .verify import run, show

    results = run()
    if any(r.wrong for r in results):
        show(results)
        return False
    out.print(f"Verified: {len(results)} invariants, {sum(r.rows_examined for r in results):,} rows.")
    return True
