"""Answer dispute: what the carrier says to a dispute. It credits all or a part, which is recovered on the parcel, or rejects it.

What it does not credit is owed, and counts as accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.money import too_fine
from hanse.kernel.refused import Refused, refuse

from .audited import Billed, Moved, Settled, freight_invoice, lines, move, settle
from .events import DisputeAnswered


@ask
class AnswerDispute:
    """The carrier's answer; a credit without an amount is of all that is disputed."""

    carrier: Code
    invoice: Code
    position: Annotated[int, Ge(1), Le(20_000)]
    outcome: Literal["credit", "rejected"]
    amount: Annotated[Decimal, Gt(0), Le(10**9)] | None = None
    note: Short = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A dispute that ends."""

    told: DisputeAnswered
    moved: Moved
    settled: Settled


def decide(asks: Sequence[AnswerDispute], known: Mapping[tuple[str, str, int], Billed]) -> list[Answered | Refused]:
    """End each open dispute once, with no more credited than was disputed."""
    answers: list[Answered | Refused] = []
    done: set[int] = set()
    for ask in asks:
        it = known.get((ask.carrier.upper(), ask.invoice, ask.position))
        if it is None:
            answers.append(refuse("freight-line-unknown", at="position", carrier=ask.carrier.upper(), invoice=ask.invoice, position=ask.position))
        elif it.dispute is None or it.line in done:
            answers.append(refuse("nothing-disputed", at="position", invoice=ask.invoice, position=ask.position))
        elif ask.outcome == "rejected" and ask.amount is not None:
            answers.append(refuse("values-refused", at="amount", why="What is rejected is not credited: give no amount."))
        elif ask.amount is not None and (ask.amount > it.open or too_fine(ask.amount)):
            answers.append(refuse("credit-above-dispute", at="amount", disputed=it.open, wanted=ask.amount))
        else:
            done.add(it.line)
            answers.append(_answered(ask, it, it.dispute))
    return answers


def _answered(ask: AnswerDispute, it: Billed, dispute: int) -> Answered:
    back = Decimal(0) if ask.outcome == "rejected" else ask.amount or it.open
    told = DisputeAnswered(freight_invoice(it.carrier, it.number), it.position, it.tracking, ask.outcome, back, it.open, it.currency, ask.note)
    owed = it.open - back
    reason = ask.note or ("dispute rejected" if ask.outcome == "rejected" else "credited in part")
    return Answered(told, Moved(it.line, it.invoice, disputed=-owed, accepted=owed, recovered=back, reason=reason), Settled(dispute, ask.outcome, back, ask.note))


@operation
def answer_dispute(run: Run, asks: Sequence[AnswerDispute]) -> list[DisputeAnswered | Refused]:
    """Take carriers' answers to disputes."""
    decided = decide(asks, lines(run, [(a.carrier.upper(), a.invoice, a.position) for a in asks]))
    answered = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Answered)]
    move(run, [(d.moved, actor) for d, actor in answered])
    settle(run, [(d.settled, actor) for d, actor in answered])
    return [d.told if isinstance(d, Answered) else d for d in decided]
