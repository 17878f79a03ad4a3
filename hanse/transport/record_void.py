"""Record void: a carrier took a label back, or does not."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Text, ask
from hanse.kernel.refused import Refused, refuse

from .events import LabelKnown, LabelVoided, LabelVoidRefused
from .labels import Kept, end, lock_and_read


@ask
class RecordVoid:
    """What a carrier says to a label that it was asked to take back; a no with its words."""

    label: Id
    voided: bool
    why: Text = ""


def decide(asks: Sequence[RecordVoid], labels: Mapping[int, Kept]) -> list[LabelVoided | LabelVoidRefused | LabelKnown | Refused]:
    """Only what was asked for is answered; the first answer stands."""
    answers: list[LabelVoided | LabelVoidRefused | LabelKnown | Refused] = []
    done: dict[int, str] = {k.id: k.state for k in labels.values() if k.state in ("voided", "void-refused", "expired")}
    for ask in asks:
        label = labels.get(ask.label)
        if label is None:
            answers.append(refuse("label-unknown", at="label", label=ask.label))
        elif label.id in done:
            answers.append(LabelKnown(label.number, label.id, done[label.id]))
        elif label.state != "void-asked" or not label.bought:
            answers.append(refuse("void-not-asked", at="label", label=label.tracking or label.id, state=label.state.replace("-", " ")))
        else:
            done[label.id] = "voided" if ask.voided else "void-refused"
            facts = (label.number, label.id, label.sscc, label.carrier_code, label.tracking, label.amount or Decimal(0), label.currency)
            answers.append(LabelVoided(*facts) if ask.voided else LabelVoidRefused(*facts, ask.why or "no reason given"))
    return answers


@operation
def record_void(run: Run, asks: Sequence[RecordVoid]) -> list[LabelVoided | LabelVoidRefused | LabelKnown | Refused]:
    """Record what carriers say to labels that are given back."""
    answers = decide(asks, lock_and_read(run, [a.label for a in asks]))
    end(run, [
        (a.label, "voided", "") if isinstance(a, LabelVoided) else (a.label, "void-refused", a.why)
        for a in answers if isinstance(a, LabelVoided | LabelVoidRefused)
    ])  # fmt: skip
    return answers
