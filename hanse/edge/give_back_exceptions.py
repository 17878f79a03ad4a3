"""Give back exceptions: they are nobody's again and wait for whoever takes them."""

from collections.abc import Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Name, Text, ask
from hanse.kernel.refused import Refused, refuse

from .events import ExceptionGivenBack
from .ownership import DISOWN, Known, known, name_of


@ask
class GiveBackException:
    """Let go of an exception of mine; say why, if it helps the next one."""

    kind: Code
    subject: Name
    reason: Text = ""


def decide(asks: Sequence[GiveBackException], people: Sequence[str], now: Known) -> list[ExceptionGivenBack | Refused]:
    """Everybody gives back only what is theirs, once; whether it still needs a person does not matter."""
    answers: list[ExceptionGivenBack | Refused] = []
    owners = dict(now.owners)
    for it, who in zip(asks, people, strict=True):
        owner = owners.get((it.kind, it.subject), "")
        if not owner:
            answers.append(refuse("exception-unowned", owner="you"))
        elif owner != who:
            answers.append(refuse("exception-owned", owner=owner))
        else:
            del owners[it.kind, it.subject]
            answers.append(ExceptionGivenBack(name_of(it.kind, it.subject), it.kind, it.subject, who, it.reason))
    return answers


@operation
def give_back_exceptions(run: Run, asks: Sequence[GiveBackException]) -> list[ExceptionGivenBack | Refused]:
    """Make the asker's exceptions nobody's."""
    answers = decide(asks, [who for who, _ in run.owners], known(run, asks))
    run.write(DISOWN, [a for a in answers if isinstance(a, ExceptionGivenBack)])
    return answers
