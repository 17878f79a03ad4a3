"""Answer claim: what the carrier says to a claim. It acknowledges it, pays all or a part, or declines with a reason.

What it pays is money back on the parcel. A claim ends once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Gt, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.money import too_fine
from hanse.kernel.refused import Refused, refuse

from .events import ClaimAnswered


@ask
class AnswerClaim:
    """The carrier's answer; paid without an amount is all that was claimed."""

    claim: Code
    answer: Literal["acknowledged", "paid", "declined"]
    amount: Annotated[Decimal, Gt(0), Le(10**9)] | None = None
    reason: Short = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """A claim as it stands."""

    id: int
    state: str
    amount: Decimal
    currency: str
    carrier: str
    tracking: str
    order: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counts."""

    told: ClaimAnswered
    id: int
    state: str
    paid: Decimal
    reason: str


def claim_id(number: str) -> int:
    """The id in a claim's number `C-12`; 0 where it is none."""
    digits = number[2:]
    return int(digits) if number[:2] == "C-" and digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def decide(asks: Sequence[AnswerClaim], claims: Mapping[int, Filed]) -> list[Answered | Refused]:
    """Take each answer in turn; later ones see what earlier ones said."""
    answers: list[Answered | Refused] = []
    states = {id: c.state for id, c in claims.items()}
    for ask in asks:
        it = claims.get(claim_id(ask.claim))
        if it is None:
            answers.append(refuse("claim-unknown", at="claim", claim=ask.claim))
            continue
        told = _decide(ask, it, states[it.id])
        if isinstance(told, Answered):
            states[it.id] = told.state
        answers.append(told)
    return answers


def _decide(ask: AnswerClaim, it: Filed, state: str) -> Answered | Refused:
    if state == "proposed":
        return refuse("state-conflict", at="claim", why=f"Claim {ask.claim} was proposed, not filed: file it first.")
    if state in ("paid", "declined", "dismissed") or state == ask.answer:
        return refuse("claim-closed", at="claim", claim=ask.claim, state=state)
    if ask.answer != "paid" and ask.amount is not None:
        return refuse("values-refused", at="amount", why="An amount is paid: leave it out.")
    if ask.answer == "declined" and not ask.reason:
        return refuse("reason-missing", at="reason")
    if ask.amount is not None and (ask.amount > it.amount or too_fine(ask.amount)):
        return refuse("paid-above-claim", at="amount", claimed=it.amount, got=ask.amount)
    paid = Decimal(0) if ask.answer != "paid" else ask.amount or it.amount
    return Answered(ClaimAnswered(it.order, it.tracking, it.carrier, ask.claim, ask.answer, paid, it.amount, it.currency, ask.reason), it.id, ask.answer, paid, ask.reason)


LOCK = "SELECT id FROM transport_claim WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
CLAIMS = """
SELECT x.id, x.state, x.amount, x.currency, c.code, p.tracking, 'H-' || s.order_id, x.kind
  FROM transport_claim x JOIN transport_carrier c ON c.id = x.carrier_id JOIN transport_parcel p ON p.id = x.parcel_id JOIN transport_shipment s ON s.id = p.shipment_id
 WHERE x.id = ANY(%(ids)s::bigint[])
"""
ANSWER = """
UPDATE transport_claim x SET state = a.state, paid = a.paid, reason = a.reason,
       acknowledged_at = coalesce(x.acknowledged_at, %(now)s::timestamptz), decided_at = CASE WHEN a.state <> 'acknowledged' THEN %(now)s::timestamptz END
  FROM unnest(%(id)s::bigint[], %(state)s::text[], %(paid)s::numeric[], %(reason)s::text[]) AS a(id, state, paid, reason) WHERE x.id = a.id
"""


@operation
def answer_claim(run: Run, asks: Sequence[AnswerClaim]) -> list[ClaimAnswered | Refused]:
    """Take carriers' answers to claims."""
    ids = sorted({claim_id(a.claim) for a in asks})
    run.lock(LOCK, ids=ids)
    decided = decide(asks, {c.id: c for c in run.rows(Filed, CLAIMS, ids=ids)})
    run.write(ANSWER, list({d.id: d for d in decided if isinstance(d, Answered)}.values()))
    return [d.told if isinstance(d, Answered) else d for d in decided]
