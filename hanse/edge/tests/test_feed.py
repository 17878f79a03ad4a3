"""The feed: the journal by transaction watermark. A number that was drawn earlier and committed later is not lost."""

import threading
from datetime import datetime, timedelta

from django.db import connection, transaction

from hanse.edge.add_endpoints import AddEndpoint, add_endpoints
from hanse.edge.feed import read
from hanse.edge.recover import Recover, recover
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.web.doors import after, cursor_of


def test_what_commits_late_comes_later_and_is_not_lost(lasting, transactional_db):
    wrote, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                add_endpoints([AddEndpoint("https://example.com/slow")], by="ann")
                wrote.set()
                may_commit.wait(20)
        finally:
            connection.close()

    first = threading.Thread(target=slow)
    first.start()
    assert wrote.wait(20)
    add_endpoints([AddEndpoint("https://example.com/quick")], by="ann")
    before, place = read((0, 0, 0), [], 100)
    may_commit.set()
    first.join()
    later, _ = read(place, [], 100)
    assert before == [], "the quick one waits, for a transaction before it may still commit facts"
    assert [row[3]["url"] for row in later] == ["https://example.com/slow", "https://example.com/quick"]


def test_the_feed_pages_through_everything_once(lasting, caller):
    it = caller("read")
    for number in range(7):
        add_endpoints([AddEndpoint(f"https://example.com/{number}") for _ in range(2)], by="ann")
    seen, cursor = [], ""
    while True:
        page = it.get("/events", cursor=cursor, limit=3).json()
        seen += [e["id"] for e in page["items"]]
        cursor = page["next"]
        if not page["items"]:
            break
    assert len(seen) == len(set(seen)) == 14
    add_endpoints([AddEndpoint("https://example.com/new")], by="ann")
    assert [e["body"]["url"] for e in it.get("/events", cursor=cursor).json()["items"]] == ["https://example.com/new"]


def test_kinds_can_be_chosen_and_the_place_moves_past_the_others(lasting, caller):
    it = caller("read")
    add_endpoints([AddEndpoint("https://example.com")], by="ann")
    page = it.get("/events", kind="OrderPlaced,OrderCancelled").json()
    assert page["items"] == []
    assert it.get("/events", cursor=page["next"]).json()["items"] == []
    [fact] = it.get("/events", kind="EndpointAdded").json()["items"]
    assert (fact["actor"], fact["operation"], fact["subject"].split("/")[0]) == ("ann", "edge.add_endpoints", "endpoint")


def test_after_a_restore_a_reader_is_led_back_to_where_the_new_epoch_begins(lasting, caller):
    it = caller("read")
    add_endpoints([AddEndpoint("https://example.com/before")], by="ann")
    page = it.get("/events").json()
    xact, _, epoch = after(page["next"], int, int, int)
    ahead = cursor_of((xact + 1_000, 7, epoch))  # read after the moment that was restored
    now = clock.now()
    recover([Recover(now - timedelta(minutes=5), 1_000, 0)], by=HANSE)
    add_endpoints([AddEndpoint("https://example.com/after")], by="ann")
    page = it.get("/events", cursor=ahead).json()
    assert [e["kind"] for e in page["items"]] == ["Recovered", "EndpointAdded"]
    assert datetime.fromisoformat(page["items"][0]["body"]["restored_to"]) == now - timedelta(minutes=5)
    assert it.get("/events", cursor=page["next"]).json()["items"] == []
    [_, told, _] = it.get("/events", cursor=cursor_of((0, 0, 0))).json()["items"]
    assert told["kind"] == "Recovered", "whoever begins at the beginning reads all of it once"
