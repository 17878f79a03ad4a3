"""Save drafts: an order that is being written, kept as it was typed. It may have holes; it promises and reserves nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from hanse.journal.operation import draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse

from .events import DraftSaved
from .quotes import id_of

MOST_TYPED = 200_000
"""A draft takes so many bytes: an order of a thousand lines has room."""


@ask
class SaveDraft:
    """An order as far as it is written, in the words of an order that is placed; of a draft that is named it takes the place."""

    order: dict[str, Any]
    draft: Code | None = None


@dataclass(frozen=True, slots=True)
class DraftFact:
    """A draft, locked: what was typed, and the order it became."""

    id: int
    body: str
    order: int | None


DRAFTS = "SELECT id, body::text, order_id FROM orders_draft WHERE id = ANY(%(id)s::bigint[]) ORDER BY id FOR UPDATE"
KEEP = """
INSERT INTO orders_draft (id, body, customer, lines, saved_at, saved_by)
SELECT k.id, k.body::jsonb, k.customer, k.lines, %(now)s, k.by
  FROM unnest(%(id)s::bigint[], %(body)s::text[], %(customer)s::text[], %(lines)s::int[], %(by)s::text[]) AS k(id, body, customer, lines, by)
    ON CONFLICT (id) DO UPDATE SET body = excluded.body, customer = excluded.customer, lines = excluded.lines, saved_at = excluded.saved_at, saved_by = excluded.saved_by
"""
SEQUENCE = "orders_draft_id_seq"


def locked(run: Run, numbers: Sequence[str]) -> dict[str, DraftFact]:
    """These drafts by number, locked in key order."""
    ids = sorted({id_of("E", number) for number in numbers} - {0})
    return {f"E-{d.id}": d for d in run.rows(DraftFact, DRAFTS, id=ids)} if ids else {}


def gone(number: str, draft: DraftFact | None) -> Refused | None:
    """Why nothing can be done with a draft any more."""
    if draft is None:
        return refuse("draft-unknown", at="draft", draft=number)
    return refuse("draft-placed", draft=number, order=f"H-{draft.order}") if draft.order else None


def decide(asks: Sequence[SaveDraft], drafts: Mapping[str, DraftFact], ids: Sequence[int]) -> list[DraftSaved | Refused]:
    """Keep each as it was typed, under its own number or a new one."""
    answers: list[DraftSaved | Refused] = []
    for ask, id in zip(asks, ids, strict=True):
        typed = len(to_json(ask.order))
        if typed > MOST_TYPED:
            answers.append(refuse("too-big", at="order", limit=f"{MOST_TYPED} bytes of an order", got=typed))
        elif ask.draft is not None and (why := gone(ask.draft, drafts.get(ask.draft))):
            answers.append(why)
        else:
            lines = ask.order.get("lines")
            answers.append(DraftSaved(ask.draft or f"E-{id}", _text(ask.order.get("customer")), len(lines) if isinstance(lines, list) else 0))
    return answers


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


@operation
@draws(lambda asks: {SEQUENCE: len(asks)})
def save_drafts(run: Run, asks: Sequence[SaveDraft]) -> list[DraftSaved | Refused]:
    """Keep orders as far as they are written; of two asks for one draft the later stands."""
    answers = decide(asks, locked(run, [a.draft for a in asks if a.draft]), run.draw(SEQUENCE, len(asks)))
    last = {a.draft: (ask, a, by) for ask, a, (by, _) in zip(asks, answers, run.owners, strict=True) if isinstance(a, DraftSaved)}
    if last:
        kept = list(last.values())
        run.write(KEEP, [a for _, a, _ in kept], id=[id_of("E", a.draft) for _, a, _ in kept], body=[to_json(ask.order).decode() for ask, _, _ in kept], by=[by for *_, by in kept])
    return answers
