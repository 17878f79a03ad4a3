"""Hand on exceptions: a colleague looks after them from now on, with a note of what was done so far."""

from collections.abc import Collection, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Name, Text, ask
from hanse.kernel.refused import Refused, refuse

from .events import ExceptionHandedOn
from .ownership import OWN, PASS_ON, Known, known, name_of


@ask
class HandOnException:
    """Give an exception of mine, or one that is nobody's, to a colleague."""

    kind: Code
    subject: Name
    to: Name
    note: Text = ""


PEOPLE = "SELECT username FROM auth_user WHERE username = ANY(%(to)s::text[]) AND is_active"


def decide(asks: Sequence[HandOnException], people: Sequence[str], colleagues: Collection[str], now: Known) -> list[ExceptionHandedOn | Refused]:
    """Everybody hands on what is theirs or nobody's, to somebody who is here; what is another's stays where it is."""
    answers: list[ExceptionHandedOn | Refused] = []
    owners = dict(now.owners)
    for it, who in zip(asks, people, strict=True):
        named = (it.kind, it.subject)
        owner = owners.get(named, "")
        if named not in now.live:
            answers.append(refuse("exception-gone", exception=name_of(*named)))
        elif it.to not in colleagues:
            answers.append(refuse("person-unknown", at="to", person=it.to))
        elif owner not in ("", who) or owner == it.to:
            answers.append(refuse("exception-owned", owner=owner))
        else:
            owners[named] = it.to
            answers.append(ExceptionHandedOn(name_of(*named), it.kind, it.subject, it.to, it.note, owner))
    return answers


@operation
def hand_on_exceptions(run: Run, asks: Sequence[HandOnException]) -> list[ExceptionHandedOn | Refused]:
    """Make exceptions a colleague's."""
    colleagues = set(run.rows(str, PEOPLE, asks))
    answers = decide(asks, [who for who, _ in run.owners], colleagues, known(run, asks))
    handed = [a for a in answers if isinstance(a, ExceptionHandedOn)]
    run.write(OWN, [a for a in handed if not a.was])
    run.write(PASS_ON, [a for a in handed if a.was])
    return answers
