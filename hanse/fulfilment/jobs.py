"""What the floor does by itself: waves get their tours, and sites with a limit of open tasks release the most urgent whenever there is room."""

from collections.abc import Sequence

from procrastinate.contrib.django import app

from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel.refused import Refused
from hanse.network import reads as network

from . import planning, wave_reads
from .release_wave import MOST_LINES, ReleaseWave, release_wave


@follower("fulfilment: plan tours", "WaveReleased")
def have_tours_planned(facts: Sequence[Told]) -> None:
    """Leave the planning of a wave to a job: a big one takes seconds, and nothing need wait for it."""
    for fact in facts:
        plan_wave.defer(site=fact.body["site"], wave=fact.body["wave"], method=fact.body["method"])


@app.task(pass_context=False)
def plan_wave(site: str, wave: int, method: str) -> None:
    """Plan the tours of a wave. Done twice, the second finds nothing left to plan."""
    planning.plan(site, wave, method, limit=MOST_LINES)  # type: ignore[arg-type]


def release_by_slack() -> int:
    """Release at each site that does so by itself, as far as its limit of open tasks leaves room; gives how many tasks came."""
    raised = 0
    for floor in network.releasing():
        room = (floor.open_tasks or 0) - wave_reads.open_tasks(floor.site)
        if room > 0:
            [answer] = release_wave([ReleaseWave(floor.site, lines=min(room, MOST_LINES))], by=HANSE)
            raised += 0 if isinstance(answer, Refused) else answer.tasks
    return raised


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="release by slack", pass_context=False)
def release_continuously(timestamp: int) -> None:
    """Each minute: the least slack first, wherever fewer tasks are open than may be."""
    release_by_slack()
