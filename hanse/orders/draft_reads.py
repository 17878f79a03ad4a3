"""Questions about drafts, for their pages and the API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanse.journal.asking import rows

from .quotes import id_of


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An order that is being written: for whom as far as is known, by whom and when it was saved last, and the order it became."""

    id: int
    draft: str
    customer: str
    customer_name: str
    lines: int
    saved_at: datetime
    saved_by: str
    order: str
    body: Any


DRAFTS = """
SELECT d.id, 'E-' || d.id, d.customer, coalesce(p.name, ''), d.lines, d.saved_at, d.saved_by, coalesce('H-' || d.order_id, ''), d.body::json
  FROM orders_draft d LEFT JOIN partners_party p ON p.code = d.customer
"""
OPEN = DRAFTS + """
 WHERE d.order_id IS NULL AND (%(mine)s = '' OR d.saved_by = %(mine)s) AND (%(after)s::bigint IS NULL OR d.id < %(after)s::bigint) ORDER BY d.id DESC LIMIT %(limit)s
"""
MINE_FIRST = DRAFTS + " WHERE d.order_id IS NULL ORDER BY d.saved_by <> %(who)s, d.saved_at DESC, d.id DESC LIMIT %(limit)s"
ONE = DRAFTS + " WHERE d.id = %(id)s"


def drafts(by: str = "", after: int | None = None, limit: int = 100) -> list[DraftRow]:
    """Drafts that are not placed, the newest first; of one person, where he is named."""
    return rows(DraftRow, OPEN, mine=by, after=after, limit=limit)


def mine_first(who: str, limit: int = 200) -> list[DraftRow]:
    """Drafts that are not placed: one's own first, then the last saved first."""
    return rows(DraftRow, MINE_FIRST, who=who, limit=limit)


def draft(number: str) -> DraftRow | None:
    """One draft."""
    return next(iter(rows(DraftRow, ONE, id=id_of("E", number))), None)
