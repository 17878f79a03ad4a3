"""A parked fact is heard again once its cause is mended, or resolved by hand."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from hanse.journal.follow import FOLLOWERS, FollowerSpec
from hanse.journal.models import Event, ParkedFact
from hanse.journal.parked import hear_again, resolve


@pytest.fixture
def parked(given):
    """A fact of an order, parked by a follower that only remembers what it hears."""
    heard = []
    given.stocked(given.item(), given.site(), 5)
    given.customer()
    given.order(("BRG-6204", 1))
    FOLLOWERS["test: remembers"] = FollowerSpec("test: remembers", (), lambda facts: heard.extend(f.kind for f in facts))
    fact = ParkedFact.objects.create(follower="test: remembers", event=Event.objects.get(kind="OrderPlaced"), trouble="it was closed")
    yield fact, heard
    del FOLLOWERS["test: remembers"]


def test_a_parked_fact_is_taken_in_once(parked):
    fact, heard = parked
    assert hear_again(fact.pk) and not hear_again(fact.pk)
    assert heard == ["OrderPlaced"] and ParkedFact.objects.get().resolved_at


def test_what_fails_again_stays_parked(parked):
    fact, _ = parked
    FOLLOWERS["test: remembers"] = FollowerSpec("test: remembers", (), lambda facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hear_again(fact.pk)
    assert ParkedFact.objects.get().resolved_at is None


def test_what_was_done_by_hand_is_resolved(parked):
    fact, heard = parked
    assert resolve(fact.pk) and not hear_again(fact.pk) and heard == []


def test_an_admin_has_facts_heard_again(parked):
    fact, heard = parked
    client = Client()
    client.force_login(User.objects.create_superuser("max"))
    assert b"it was closed" in client.get("/admin/journal/parkedfact/").content
    answer = client.post("/admin/journal/parkedfact/", {"action": "hear_again", "_selected_action": [fact.pk]}, follow=True)
    assert b"was taken in" in answer.content and heard == ["OrderPlaced"]
