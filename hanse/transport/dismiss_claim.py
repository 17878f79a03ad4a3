"""Dismiss claim: a claim that hanse proposed is not made, with why.

It is not proposed again for the same parcel and kind, unless something new is known: the parcel is lost once more, or a proof says otherwise.
Whoever changes his mind files it all the same, while its window is open.
"""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse

from .answer_claim import CLAIMS, LOCK, Filed, claim_id
from .events import ClaimDismissed


@ask
class DismissClaim:
    """A proposed claim, and why it is not made."""

    claim: Code
    reason: Short


def decide(asks: Sequence[DismissClaim], claims: Mapping[int, Filed]) -> list[ClaimDismissed | Refused]:
    """Dismiss what is proposed, once."""
    answers: list[ClaimDismissed | Refused] = []
    done: set[int] = set()
    for ask in asks:
        it = claims.get(claim_id(ask.claim))
        if it is None:
            answers.append(refuse("claim-unknown", at="claim", claim=ask.claim))
        elif it.state != "proposed" or it.id in done:
            answers.append(refuse("claim-closed", at="claim", claim=ask.claim, state="dismissed" if it.id in done else it.state))
        elif not ask.reason.strip():
            answers.append(refuse("reason-missing", at="reason"))
        else:
            done.add(it.id)
            answers.append(ClaimDismissed(it.order, it.tracking, it.carrier, ask.claim, it.kind, it.amount, it.currency, ask.reason))
    return answers


DISMISS = """
UPDATE transport_claim x SET state = 'dismissed', reason = d.reason, decided_at = %(now)s::timestamptz, actor = d.actor, lost_at = p.lost_at,
       proof_id = (SELECT max(f.id) FROM transport_proof f WHERE f.parcel_id = x.parcel_id)
  FROM unnest(%(id)s::bigint[], %(reason)s::text[], %(by)s::text[]) AS d(id, reason, actor), transport_parcel p WHERE x.id = d.id AND p.id = x.parcel_id
"""


@operation
def dismiss_claim(run: Run, asks: Sequence[DismissClaim]) -> list[ClaimDismissed | Refused]:
    """Dismiss claims that were proposed; what is known of the parcel now is kept with them."""
    ids = sorted({claim_id(a.claim) for a in asks})
    run.lock(LOCK, ids=ids)
    answers = decide(asks, {c.id: c for c in run.rows(Filed, CLAIMS, ids=ids)})
    told = [(a, owner[0]) for a, owner in zip(answers, run.owners, strict=True) if isinstance(a, ClaimDismissed)]
    if told:
        run.write(DISMISS, id=[claim_id(a.claim) for a, _ in told], reason=[a.reason for a, _ in told], by=[actor for _, actor in told])
    return answers
