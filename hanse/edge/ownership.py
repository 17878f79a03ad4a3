"""Ownership: whose an exception is. Only this is stored; the exceptions themselves are asked for anew each time (`attention`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple

from . import attention
from .kinds import KINDS


class About(Protocol):
    """An ask about one exception."""

    @property
    def kind(self) -> str: ...

    @property
    def subject(self) -> str: ...


Named = tuple[str, str]
"""An exception by its kind and subject."""


@dataclass(frozen=True, slots=True)
class Known:
    """Which of the asked exceptions still need a person, and whose they are."""

    live: frozenset[Named]
    owners: dict[Named, str]


OWNED = """
SELECT w.kind, w.subject, w.owner FROM edge_ownership w
 WHERE (w.kind, w.subject) IN (SELECT * FROM unnest(%(kind)s::text[], %(subject)s::text[])) ORDER BY w.id FOR UPDATE
"""
OWN = """
INSERT INTO edge_ownership (kind, subject, owner, note, taken_at)
SELECT o.kind, o.subject, o.owner, o.note, %(now)s::timestamptz
  FROM unnest(%(kind)s::text[], %(subject)s::text[], %(owner)s::text[], %(note)s::text[]) AS o(kind, subject, owner, note)
"""
PASS_ON = """
UPDATE edge_ownership w SET owner = o.owner, note = CASE WHEN o.note = '' THEN w.note ELSE o.note END, taken_at = %(now)s::timestamptz
  FROM unnest(%(kind)s::text[], %(subject)s::text[], %(owner)s::text[], %(note)s::text[]) AS o(kind, subject, owner, note)
 WHERE w.kind = o.kind AND w.subject = o.subject
"""
DISOWN = """
DELETE FROM edge_ownership w USING unnest(%(kind)s::text[], %(subject)s::text[]) AS o(kind, subject) WHERE w.kind = o.kind AND w.subject = o.subject
"""


def known(run: Run, asks: Sequence[About]) -> Known:
    """What is asked about as it stands, its ownership locked."""
    owners = {(kind, subject): owner for kind, subject, owner in run.rows(as_tuple, OWNED, asks)}
    named = sorted({(a.kind, a.subject) for a in asks if a.kind in KINDS})
    if not named:
        return Known(frozenset(), owners)
    kinds, subjects = [kind for kind, _ in named], [subject for _, subject in named]
    return Known(frozenset(run.rows(as_tuple, attention.live(kinds), kinds=kinds, subjects=subjects, today=run.now.date(), now=run.now)), owners)


def name_of(kind: str, subject: str) -> str:
    """What an exception is called in the journal: `hold/H-100001/credit`."""
    return f"{kind}/{subject}"
