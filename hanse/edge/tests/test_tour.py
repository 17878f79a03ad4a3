"""The guided tour of a demo: ten links to what is really there, each of which everybody may follow; nowhere else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hanse.edge import tour
from hanse.edge.tests.company import a_company, an_hour_later
from hanse.kernel import clock


@pytest.fixture
def demo(monkeypatch):
    """Time has a course of its own here."""
    reverse("today")  # addresses are loaded before a transaction waits for them
    now = datetime.now(UTC)
    monkeypatch.setattr(clock, "_course", clock.Course(now, now + timedelta(hours=1), 60.0))


def signed_in(given):
    """Somebody who may look at everything and do nothing."""
    client = Client()
    client.force_login(given.user("rita", "read-only"))
    return client


def test_every_link_of_the_tour_answers_whoever_follows_it(demo, given):
    a_company(given)
    with an_hour_later():
        found = tour.stops()
        assert len(found) == tour.MOST
        client = signed_in(given)
        wrong = [(stop.url, answer.status_code) for stop in found if (answer := client.get(stop.url)).status_code != 200]
    assert wrong == []


def test_a_tour_shows_what_there_is_and_passes_over_the_rest(demo, given):
    assert [stop.word for stop in tour.stops()] == ["What needs a person", "An order of your own", "How well it goes"]


def test_a_tour_is_hidden_and_shown_again(demo, given):
    client = signed_in(given)
    assert "Ten things to look at" in client.get("/").content.decode()
    assert client.post("/tour", {"show": "no"}).status_code == 302
    page = client.get("/").content.decode()
    assert "Ten things to look at" not in page and "Show the tour" in page
    client.post("/tour", {"show": "yes"})
    assert "Ten things to look at" in client.get("/").content.decode()


def test_there_is_no_tour_where_time_goes_as_everywhere(given):
    page = signed_in(given).get("/").content.decode()
    assert tour.stops() == [] and "tour" not in page and 'name="clock"' not in page
