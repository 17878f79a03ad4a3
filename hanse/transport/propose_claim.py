"""Propose claim: what happened to a parcel calls for a claim against its carrier. hanse proposes it by itself; a person files it, or lets it be.

Proposed once for a parcel and kind, while its window is open and there is something to ask for. What was dismissed is proposed again only when
something new is known of the parcel.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hanse.journal.operation import draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse

from .claim_windows import window
from .claimable import Draft, Parcel, lock_and_read, propose
from .events import ClaimProposed, NothingToClaim


@ask
class ProposeClaim:
    """A parcel that was lost, damaged, or came short."""

    parcel: Code
    carrier: Code
    kind: Literal["loss", "damage", "shortage"]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A claim that is proposed."""

    told: ClaimProposed
    draft: Draft


def decide(asks: Sequence[ProposeClaim], parcels: Mapping[str, Sequence[Parcel]], numbers: Iterator[int], today: date) -> list[Proposed | NothingToClaim | Refused]:
    """Propose what may be claimed and is not yet."""
    answers: list[Proposed | NothingToClaim | Refused] = []
    done: set[tuple[int, str]] = set()
    for ask in asks:
        it = next((p for p in parcels.get(ask.parcel, ()) if p.carrier_code == ask.carrier.upper()), None)
        if it is None:
            answers.append(refuse("parcel-unknown", at="parcel", parcel=ask.parcel))
            continue
        until = window(ask.kind, it.handed_over_on, it.delivered_on, it.country, it.region, it.agreed)
        if it.state_of(ask.kind) not in ("", "outdated") or (it.id, ask.kind) in done or until is None or until.ends_on < today or it.worth(ask.kind) <= 0 or (ask.kind == "loss" and it.delivered_on):
            answers.append(NothingToClaim(it.order, it.tracking))
            continue
        done.add((it.id, ask.kind))
        draft = Draft(it.claim_of(ask.kind) or next(numbers), it.id, it.carrier, ask.kind, it.worth(ask.kind), it.currency, it.proof, until.ends_on, until.rule)
        answers.append(Proposed(ClaimProposed(it.order, it.tracking, it.carrier_code, f"C-{draft.id}", ask.kind, draft.amount, it.currency, until.ends_on), draft))
    return answers


@operation
@draws(lambda asks: {"transport_claim_id_seq": len(asks)})
def propose_claim(run: Run, asks: Sequence[ProposeClaim]) -> list[ClaimProposed | NothingToClaim | Refused]:
    """Propose claims against carriers."""
    parcels = lock_and_read(run, [a.parcel for a in asks])
    decided = decide(asks, parcels, iter(run.draw("transport_claim_id_seq", len(asks))), run.now.date())
    propose(run, [d.draft for d in decided if isinstance(d, Proposed)])
    return [d.told if isinstance(d, Proposed) else d for d in decided]
