"""`hanse demo`: a company with a past, lived up to now, and then served while its time goes on.

The past is lived in a hurry up to the last working morning, when there is most to see; whoever stops or kills that goes on from there at
the next start. A company that was left for a while catches up; one that is ahead stays where it stood.
"""

import secrets
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hanse.edge import home, users
from hanse.kernel import clock
from hanse.network.calendar import Calendar
from hanse.orders.models import Order

from . import described, history, visit
from .day import World

TROUBLE = (described.NotACompany, history.NotThisWorld)
"""What stands in the way of living a past, said in one sentence."""
USUAL, SEED = "demo", 7
"""The company and the seed of a demo, unless others are named."""
STAFF = [("ina", ["order desk"]), ("tomasz", ["warehouse"]), ("jonas", ["transport"]), ("fiona", ["finance"]), ("max", ["admin"])]
BUSY = time(10, 30)
PASSWORD = "demo_password"
"""The file in the home folder that keeps the staff's password. It is made once the past is whole."""


def run(name: str | None, days: int, seed: int | None, pace: float, until: datetime | None = None) -> str:
    """Live a company up to its last working morning, or to an instant; gives back who signs in and how. Its time goes in this process and in those that it starts.

    What lives here goes on, unless another company or seed is named: that needs a home of its own.
    """
    so_far = history.lived()
    name, seed = name or (so_far.world if so_far else USUAL), seed if seed is not None else so_far.seed if so_far else SEED
    history.same(so_far, name, seed)
    if so_far is None and Order.objects.exists():
        raise history.NotThisWorld("Here is a company that was not simulated. A demo needs a home of its own: `hanse --home FOLDER demo`.")
    company, whole = described.read(name), (home.made() / PASSWORD).exists()
    upto, stood = until or morning(company, datetime.now(UTC)), history.stood()
    if not whole or (pace and stood is not None and stood < upto):
        first = past(name, company, seed, days, upto)
        if not whole:
            visit.prepare(World(company, seed, first), upto)
    greeting = sign_in()
    clock.go_by(clock.Course(datetime.now(UTC), max(filter(None, (upto, stood))), pace or 1.0))
    return greeting


def morning(company: described.Company, now: datetime) -> datetime:
    """Half past ten on the latest day on which all sites of a company worked, as far as it has come."""
    here, calendars = now.astimezone(ZoneInfo(company.zone)), [Calendar(site.country, workdays=site.workdays) for site in company.sites]
    day = here.date()
    while not all(calendar.is_working(day) for calendar in calendars) or datetime.combine(day, BUSY, here.tzinfo) > here:
        day -= timedelta(days=1)
    return datetime.combine(day, BUSY, here.tzinfo).astimezone(UTC)


def past(name: str, company: described.Company, seed: int, days: int, upto: datetime) -> date:
    """Live the days before an instant and the part of its day, with a bar that says which day it is and how many orders came. Gives the first day."""
    today: date = upto.astimezone(ZoneInfo(company.zone)).date()
    so_far = history.lived()
    first = so_far.began if so_far else today - timedelta(days=days)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("day {task.completed} of {task.total}, {task.fields[orders]:,} orders so far"), TimeElapsedColumn())
    with Progress(*columns) as bar:
        task = bar.add_task(company.name, total=(today - first).days, completed=(so_far.day - first).days + 1 if so_far else 0, orders=Order.objects.count())
        for on, tally in history.live(name, company, seed, first, today, upto):
            bar.update(task, advance=on < today, orders=bar.tasks[0].fields["orders"] + tally.told.get("OrderPlaced", 0))
    return first


def sign_in() -> str:
    """Who signs in: a fresh password for all of the staff, kept in the home folder for the next start."""
    file = home.made() / PASSWORD
    if not file.exists():
        password = secrets.token_urlsafe(12)
        with transaction.atomic():  # whoever was made by a start that was killed here has a password that nobody knows
            User.objects.filter(username__in=[name for name, _ in STAFF]).delete()
            for name, roles in STAFF:
                users.create(name, roles, password)
        file.touch(mode=0o600)
        file.write_text(password)
    names = ", ".join(f"[bold]{name}[/bold] ({', '.join(roles)})" for name, roles in STAFF)
    return f"Sign in as {names} with the password [bold]{file.read_text()}[/bold]."
