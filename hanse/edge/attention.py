"""What needs a person: one question over all areas. The queue empties by itself when a cause is gone; nobody marks it as read.

What is stored is only who has taken what (`edge_ownership`). What is lost first stands first: by the day, then by the money.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.kernel.rows import as_tuple

from .kinds import KINDS, kinds_of

__all__ = ["KINDS", "kinds_of"]
MOST = 1_000
"""So many of a kind are looked at; a house with more says 'or more'."""
Place = tuple[date, Decimal, str, str]
"""Where a row stands in the queue."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person: what, of which order, what is at stake and by when, since when, the facts that say why, and whose it is."""

    kind: str
    subject: str
    order: str
    customer: str
    currency: str
    at_stake: Decimal | None
    promised_on: date | None
    lost_on: date
    since: datetime | None
    facts: dict[str, Any]
    owner: str
    taken_at: datetime | None
    note: str

    @property
    def title(self) -> str:
        kind = KINDS[self.kind]
        return kind.titled(self.facts) if kind.titled else kind.title

    @property
    def icon(self) -> str:
        return KINDS[self.kind].icon

    @property
    def tone(self) -> str:
        return KINDS[self.kind].tone

    @property
    def place(self) -> Place:
        return (self.lost_on, -(self.at_stake or Decimal(0)), self.kind, self.subject)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exceptions: of these kinds; `whose` is a name, `nobody`, or everyone's; at one site."""

    kinds: Collection[str]
    whose: str = ""
    site: str = ""
    subject: str = ""


QUEUE = """
SELECT n.kind, n.subject, coalesce('H-' || o.id, '') AS "order", coalesce(p.name, '') AS customer, coalesce(o.currency, '') AS currency, n.at_stake,
       CASE WHEN o.open THEN o.promised_on END AS promised_on,
       coalesce(n.due_on, CASE WHEN o.open THEN o.promised_on END, n.since::date, o.placed_at::date, %(today)s::date) AS lost_on,
       n.since, n.facts::json AS facts, coalesce(w.owner, '') AS owner, w.taken_at, coalesce(w.note, '') AS note
  FROM ({found}) n
  LEFT JOIN orders_order o ON o.id = n.order_id LEFT JOIN partners_party p ON p.id = o.customer_id
  LEFT JOIN edge_ownership w ON w.kind = n.kind AND w.subject = n.subject
 WHERE (%(site)s::bigint IS NULL OR coalesce(n.site_id = %(site)s::bigint,
        EXISTS (SELECT 1 FROM orders_allocation a WHERE a.order_id = n.order_id AND a.site_id = %(site)s::bigint AND a.reserved > a.freed)))
   AND (%(whose)s::text = '' OR coalesce(w.owner, 'nobody') = %(whose)s::text) AND (%(subject)s::text = '' OR n.subject = %(subject)s::text)
"""
PAGE = """
SELECT q.kind, q.subject, q."order", q.customer, q.currency, q.at_stake, q.promised_on, q.lost_on, q.since, q.facts, q.owner, q.taken_at, q.note
  FROM ({queue}) q
 WHERE %(on)s::date IS NULL OR (q.lost_on, -coalesce(q.at_stake, 0), q.kind, q.subject) > (%(on)s::date, %(stake)s::numeric, %(kind)s::text, %(after)s::text)
 ORDER BY q.lost_on, -coalesce(q.at_stake, 0), q.kind, q.subject LIMIT %(limit)s
"""
COUNTS = """
SELECT q.kind, count(*), count(*) FILTER (WHERE q.owner = %(me)s::text), count(*) FILTER (WHERE q.owner = ''),
       count(*) FILTER (WHERE q.since < %(now)s::timestamptz - interval '2 hours')
  FROM ({queue}) q GROUP BY q.kind ORDER BY 2 DESC, 1
"""
SITE = "SELECT id FROM network_site WHERE code = %(code)s"
LIVE = "SELECT n.kind, n.subject FROM ({found}) n WHERE (n.kind, n.subject) IN (SELECT * FROM unnest(%(kinds)s::text[], %(subjects)s::text[]))"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many there are of a kind: all, the reader's own, nobody's, and those older than two hours."""

    kind: str
    all: int
    mine: int
    nobodys: int
    old: int


def found(kinds: Collection[str], most: int | None = MOST) -> str:
    """The question for all exceptions of these kinds, as a part of another one."""
    limit = f" LIMIT {most}" if most else ""
    return " UNION ALL ".join(
        f"(SELECT '{name}' AS kind, x.* FROM ({KINDS[name].sql}{limit}) x(subject, order_id, site_id, at_stake, due_on, since, facts))" for name in kinds
    )


def needs(kinds: Collection[str], today: date, want: Wanted | None = None, after: Place | None = None, limit: int = MOST) -> list[Need]:
    """What needs a person among these kinds, what is lost first first; in one statement."""
    want = want or Wanted(kinds)
    on, stake, kind, subject = after or (None, None, "", "")
    asked = PAGE.format(queue=QUEUE.format(found=found(kinds)))
    return rows(Need, asked, **_given(want, today), on=on, stake=stake, kind=kind, after=subject, limit=limit) if kinds else []


def count(kinds: Collection[str], today: date) -> int:
    """How many things need a person."""
    return sum(it.all for it in counts(Wanted(kinds), today))


def counts(want: Wanted, today: date, me: str = "") -> list[Counted]:
    """How many there are of each kind, most first."""
    asked = COUNTS.format(queue=QUEUE.format(found=found(want.kinds)))
    return rows(Counted, asked, **_given(want, today), me=me) if want.kinds else []


def one(kind: str, subject: str, today: date) -> Need | None:
    """One exception; nothing once its cause is gone."""
    known = needs([kind], today, Wanted([kind], subject=subject), limit=1) if kind in KINDS else []
    return known[0] if known else None


def _given(want: Wanted, today: date) -> dict[str, Any]:
    site = rows(int, SITE, code=want.site) if want.site else []
    return {"today": today, "now": clock.now(), "whose": want.whose, "subject": want.subject, "site": site[0] if site else 0 if want.site else None}


def live(kinds: Sequence[str]) -> str:
    """The question which of these (`kinds`, `subjects`) still need a person."""
    return LIVE.format(found=found(sorted(set(kinds)), most=None))


def gone(today: date) -> list[tuple[str, str]]:
    """What somebody has taken and what no longer needs a person: (kind, subject)."""
    taken: list[tuple[str, str]] = rows(as_tuple, "SELECT kind, subject FROM edge_ownership ORDER BY id LIMIT 5000")
    known = [(kind, subject) for kind, subject in taken if kind in KINDS]
    if not known:
        return taken
    kinds, subjects = [k for k, _ in known], [s for _, s in known]
    still = set(rows(as_tuple, live(kinds), kinds=kinds, subjects=subjects, today=today, now=clock.now()))
    return [it for it in taken if it not in still]


def why(need: Need, today: date) -> str:
    """The facts in a sentence, numbers first."""
    return KINDS[need.kind].why(need.facts, today)


def waits(since: datetime | None, now: datetime) -> str:
    """'12 min', '3 h', '2 d'."""
    if since is None:
        return ""
    minutes = max(int((now - since) / timedelta(minutes=1)), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 60 * 48 else f"{minutes // 1440} d"
