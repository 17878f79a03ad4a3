"""The feed: the journal by transaction watermark. A number that was drawn earlier and committed later is not lost."""

import threading

from django.db import connection, transaction

from hanse.edge.add_endpoints import AddEndpoint, add_endpoints
from hanse.edge.feed import read


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
    before, place = read((0, 0), [], 100)
    may_commit.set()
    first.join()
    after, _ = read(place, [], 100)
    assert before == [], "the quick one waits, for a transaction before it may still commit facts"
    assert [row[3]["url"] for row in after] == ["https://example.com/slow", "https://example.com/quick"]


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
