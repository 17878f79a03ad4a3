"""Open claim: ask a carrier for what a parcel cost us: lost, damaged, late, or short. Only within its window, once for each kind.

A damage or a shortage wants evidence: a proof of delivery that shows it, or words and references of photos. Without an amount it is what the
parcel was worth; of a delay the amount must be said. The carrier acknowledges within 30 days and decides within 120.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from hanse.journal.operation import draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, Text, ask
from hanse.kernel.money import is_currency, too_fine
from hanse.kernel.refused import Refused, refuse, refuse_all

from .claim_windows import ACKNOWLEDGED_WITHIN, DECIDED_WITHIN, window
from .claimable import Draft, Parcel, file, lock_and_read
from .events import ClaimOpened


@ask
class OpenClaim:
    """A claim to file. Without a currency the order's counts."""

    parcel: Code
    kind: Literal["loss", "damage", "delay", "shortage"]
    carrier: Code | None = None
    amount: Annotated[Decimal, Gt(0), Le(10**9)] | None = None
    currency: Short = ""
    evidence: Text = ""
    proof: Annotated[int, Ge(1), Le(2**63 - 1)] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A claim that is filed."""

    told: ClaimOpened
    draft: Draft


def decide(asks: Sequence[OpenClaim], parcels: Mapping[str, Sequence[Parcel]], numbers: Iterator[int], today: date) -> list[Opened | Refused]:
    """File each claim that may still be made, once."""
    answers: list[Opened | Refused] = []
    done: set[tuple[int, str]] = set()
    for ask in asks:
        fit = [p for p in parcels.get(ask.parcel, ()) if ask.carrier is None or p.carrier_code == ask.carrier.upper()]
        number = next(numbers)
        if not fit:
            answers.append(refuse("parcel-unknown", at="parcel", parcel=ask.parcel))
        elif len({p.carrier for p in fit}) > 1:
            answers.append(refuse("values-refused", at="carrier", why=f"Several carriers have a parcel {ask.parcel}: say which."))
        elif wrong := _wrong(ask, fit[0], (fit[0].id, ask.kind) in done, today):
            answers.append(refuse_all(wrong))
        else:
            done.add((fit[0].id, ask.kind))
            answers.append(_opened(ask, fit[0], number, today))
    return answers


def _wrong(ask: OpenClaim, it: Parcel, again: bool, today: date) -> list[Refused]:
    wrong = []
    until = window(ask.kind, it.handed_over_on, it.delivered_on, it.country, it.region, it.agreed)
    if again or it.state_of(ask.kind) not in ("", "proposed", "dismissed", "outdated"):
        wrong.append(refuse("claim-known", at="kind", kind=ask.kind, parcel=it.tracking))
    if ask.kind == "loss" and it.delivered_on:
        wrong.append(refuse("delivered-already", at="kind", parcel=it.tracking))
    if until is None:
        wrong.append(refuse("not-delivered", at="kind", parcel=it.tracking))
    elif today > until.ends_on:
        wrong.append(refuse("claim-too-late", at="kind", until=until.ends_on, rule=until.rule))
    if ask.kind in ("damage", "shortage") and not ask.evidence and not it.shows(ask.kind):
        wrong.append(refuse("evidence-missing", at="evidence", kind=ask.kind))
    if ask.proof is not None and ask.proof != it.proof:
        wrong.append(refuse("values-refused", at="proof", why=f"Proof {ask.proof} is not the last one of parcel {it.tracking}."))
    if ask.amount is None and (ask.kind == "delay" or it.worth(ask.kind) <= 0):
        wrong.append(refuse("values-refused", at="amount", why="Say how much is claimed."))
    if too_fine(ask.amount):
        wrong.append(refuse("values-refused", at="amount", why="An amount has at most four decimals."))
    if ask.currency and not is_currency(ask.currency):
        wrong.append(refuse("currency-unknown", at="currency", currency=ask.currency))
    return wrong


def _opened(ask: OpenClaim, it: Parcel, number: int, today: date) -> Opened:
    until = window(ask.kind, it.handed_over_on, it.delivered_on, it.country, it.region, it.agreed)
    assert until is not None
    id, amount, currency = it.claim_of(ask.kind) or number, ask.amount or it.worth(ask.kind), ask.currency or it.currency
    acknowledge_by, decide_by = today + timedelta(days=ACKNOWLEDGED_WITHIN), today + timedelta(days=DECIDED_WITHIN)
    proof = ask.proof or (it.proof if ask.kind in ("damage", "shortage") else None)
    draft = Draft(id, it.id, it.carrier, ask.kind, amount, currency, proof, until.ends_on, until.rule, ask.evidence, acknowledge_by, decide_by)
    return Opened(ClaimOpened(it.order, it.tracking, it.carrier_code, f"C-{id}", ask.kind, amount, currency, acknowledge_by, decide_by), draft)


@operation
@draws(lambda asks: {"transport_claim_id_seq": len(asks)})
def open_claim(run: Run, asks: Sequence[OpenClaim]) -> list[ClaimOpened | Refused]:
    """File claims against carriers."""
    parcels = lock_and_read(run, [a.parcel for a in asks])
    decided = decide(asks, parcels, iter(run.draw("transport_claim_id_seq", len(asks))), run.now.date())
    opened = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Opened)]
    file(run, [d.draft for d, _ in opened], [actor for _, actor in opened])
    return [d.told if isinstance(d, Opened) else d for d in decided]
