"""Expire labels: what was not used in the carrier's days is worth nothing any more. Its carton may get another."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .events import LabelExpired
from .labels import Kept, end, lock_and_read


@ask
class ExpireLabel:
    """A label whose days are over."""

    label: Id


def decide(asks: Sequence[ExpireLabel], labels: Mapping[int, Kept]) -> list[LabelExpired | Refused]:
    """Expire what was bought, is not used and whose days are over."""
    answers: list[LabelExpired | Refused] = []
    done: set[int] = set()
    for ask in asks:
        label = labels.get(ask.label)
        if label is None:
            answers.append(refuse("label-unknown", at="label", label=ask.label))
        elif not label.bought or label.state not in ("bought", "void-asked") or label.id in done:
            answers.append(refuse("label-ended", at="label", label=label.tracking or label.id, state=("expired" if label.id in done else label.state).replace("-", " ")))
        elif not label.expires_due:
            answers.append(refuse("state-conflict", at="label", why=f"Label {label.tracking} may still be used."))
        else:
            done.add(label.id)
            answers.append(LabelExpired(label.number, label.id, label.sscc, label.carrier_code, label.tracking, label.amount or Decimal(0), label.currency))
    return answers


@operation
def expire_labels(run: Run, asks: Sequence[ExpireLabel]) -> list[LabelExpired | Refused]:
    """Expire labels that nobody used."""
    answers = decide(asks, lock_and_read(run, [a.label for a in asks]))
    end(run, [(a.label, "expired", "") for a in answers if isinstance(a, LabelExpired)])
    return answers
