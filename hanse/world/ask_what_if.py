"""Ask what if: what would a change of the company's rules do? The worker lives the futures, as far as it goes at all.

Only a home that was made from a described company has an answer. The change is read at once, and all that is wrong with it is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from annotated_types import Ge, Le, MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import ask
from hanse.kernel.refused import Refused, refuse

from .changing import change_of, changed
from .described import Company, NotACompany, of, text_of
from .events import WhatIfAsked
from .history import LIVED, Lived
from .whatif import FEWEST, LONGEST, MOST


@ask
class AskWhatIf:
    """Live the company of this home on for so many days under as many lucks as there are seeds, without a change and with it.

    The change is the text of a file that names what is otherwise, part by part; its `said` says it in words.
    """

    change: Annotated[str, MinLen(1), MaxLen(20_000)]
    days: Annotated[int, Ge(1), Le(LONGEST)] = 60
    seeds: Annotated[int, Ge(FEWEST), Le(MOST)] = 20


@dataclass(frozen=True, slots=True)
class Home:
    """The company that lives in this home: how far, and the text that describes it."""

    lived: Lived
    text: str
    company: Company


def decide(asks: Sequence[AskWhatIf], ids: Sequence[int], home: Home | None, trouble: str = "") -> list[WhatIfAsked | Refused]:
    """Take in a change that can be made of the company that lives here."""
    answers: list[WhatIfAsked | Refused] = []
    for number, ask_ in zip(ids, asks, strict=True):
        if home is None:
            answers.append(refuse("no-described-company", why=trouble))
            continue
        try:
            change = change_of(ask_.change)
            if not set(change) - {"said"}:
                raise NotACompany("change: it changes nothing; name a part, such as [sites.HAM]")
            changed(home.company, change)
        except NotACompany as wrong:
            answers.append(refuse("change-cannot-be", at="change", why="; ".join(str(wrong).splitlines())))
            continue
        said = str(change.get("said", "")).strip()[:200] or "a change without words"
        answers.append(WhatIfAsked(number, said, ask_.days, ask_.seeds))
    return answers


ADD = """
INSERT INTO world_whatif (id, said, change, company, currency, world, described, seed, began_on, first_on, days, seeds, asked_by, asked_at, moved_at) OVERRIDING SYSTEM VALUE
SELECT a.id, a.said, a.change, %(company)s::text, %(currency)s::text, %(world)s::text, %(described)s::text, %(seed)s::bigint, %(began)s::date, %(first)s::date,
       a.days, a.seeds, %(actor)s::text, %(now)s::timestamptz, %(now)s::timestamptz
  FROM unnest(%(what_if)s::bigint[], %(said)s::text[], %(text)s::text[], %(days)s::int[], %(seeds)s::int[]) AS a(id, said, change, days, seeds)
"""


@operation
def ask_what_if(run: Run, asks: Sequence[AskWhatIf]) -> list[WhatIfAsked | Refused]:
    """Keep what is asked; the worker hears of it."""
    home, trouble = home_of(run.rows(Lived, LIVED))
    answers = decide(asks, run.draw("world_whatif_id_seq", len(asks)), home, trouble)
    asked = [(a, ask_.change) for a, ask_ in zip(answers, asks, strict=True) if isinstance(a, WhatIfAsked)]
    if home and asked:
        run.write(
            ADD, [a for a, _ in asked], said=[a.change for a, _ in asked], text=[text for _, text in asked], company=home.company.name, currency=home.company.currency,
            world=home.lived.world, described=home.text, seed=home.lived.seed, began=home.lived.began, first=home.lived.day + timedelta(days=1))
    return answers


def home_of(found: Sequence[Lived]) -> tuple[Home | None, str]:
    """The company of this home; or why there is none."""
    if not found:
        return None, "No simulated day was lived in this home."
    try:
        text = text_of(found[0].world)
        return Home(found[0], text, of(text, found[0].world)), ""
    except NotACompany as gone:
        return None, f"The file that describes this company cannot be read: {gone}"


def first_day(home: Home) -> date:
    """The day on which a change would begin."""
    return home.lived.day + timedelta(days=1)
