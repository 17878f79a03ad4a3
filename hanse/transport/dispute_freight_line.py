"""Dispute freight line: a person does not owe what hanse approved, or what was accepted, and says what shows it.

A line has one open dispute at a time. After the days that the carrier's terms give from the date of the invoice nothing is disputed any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Gt, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Text, ask
from hanse.kernel.money import too_fine
from hanse.kernel.refused import Refused, refuse, refuse_all

from .audited import Billed, Moved, Opened, dispute, freight_invoice, lines, move
from .events import FreightLineDisputed


@ask
class DisputeFreightLine:
    """An amount of a line that is not owed, with the evidence; without an amount all of it."""

    carrier: Code
    invoice: Code
    position: Annotated[int, Ge(1), Le(20_000)]
    amount: Annotated[Decimal, Gt(0), Le(10**9)] | None = None
    evidence: Text = ""


@dataclass(frozen=True, slots=True)
class Disputed:
    """A line that is disputed now."""

    told: FreightLineDisputed
    moved: Moved
    opened: Opened


def decide(asks: Sequence[DisputeFreightLine], known: Mapping[tuple[str, str, int], Billed], today: date) -> list[Disputed | Refused]:
    """Dispute each line once, within its days and its amount."""
    answers: list[Disputed | Refused] = []
    done: set[int] = set()
    for ask in asks:
        it = known.get((ask.carrier.upper(), ask.invoice, ask.position))
        if it is None:
            answers.append(refuse("freight-line-unknown", at="position", carrier=ask.carrier.upper(), invoice=ask.invoice, position=ask.position))
        elif wrong := _wrong(ask, it, it.line in done, today):
            answers.append(refuse_all(wrong))
        else:
            done.add(it.line)
            answers.append(_disputed(ask, it))
    return answers


def _wrong(ask: DisputeFreightLine, it: Billed, again: bool, today: date) -> list[Refused]:
    owed, until = it.approved + it.accepted, it.issued_on + timedelta(days=it.dispute_days)
    wrong = [refuse("disputed-already", at="position", invoice=ask.invoice, position=ask.position)] if it.dispute is not None or again else []
    if today > until:
        wrong.append(refuse("dispute-too-late", at="position", invoice=ask.invoice, until=until))
    if not ask.evidence:
        wrong.append(refuse("values-refused", at="evidence", why="Say what shows that it is not owed."))
    if owed <= 0 or (ask.amount is not None and ask.amount > owed):
        wrong.append(refuse("dispute-out-of-range", at="amount", owed=max(owed, Decimal(0)), wanted=ask.amount or it.amount))
    if too_fine(ask.amount):
        wrong.append(refuse("values-refused", at="amount", why="An amount has at most four decimals."))
    return wrong


def _disputed(ask: DisputeFreightLine, it: Billed) -> Disputed:
    amount = ask.amount or it.approved + it.accepted
    of_accepted = min(amount, it.accepted)
    due_on = it.issued_on + timedelta(days=it.dispute_days)
    told = FreightLineDisputed(freight_invoice(it.carrier, it.number), it.position, it.tracking, amount, it.currency, due_on, ask.evidence)
    return Disputed(told, Moved(it.line, it.invoice, of_accepted - amount, amount, -of_accepted), Opened(it.line, amount, due_on, ask.evidence))


@operation
def dispute_freight_line(run: Run, asks: Sequence[DisputeFreightLine]) -> list[FreightLineDisputed | Refused]:
    """Dispute lines of carriers' bills by hand."""
    decided = decide(asks, lines(run, [(a.carrier.upper(), a.invoice, a.position) for a in asks]), run.now.date())
    disputed = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Disputed)]
    move(run, [(d.moved, actor) for d, actor in disputed])
    dispute(run, [d.opened for d, _ in disputed], [actor for _, actor in disputed])
    return [d.told if isinstance(d, Disputed) else d for d in decided]
