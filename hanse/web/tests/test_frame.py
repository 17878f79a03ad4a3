"""The frame: each role sees its own few pages, what does not exist is left out, and a fault has a number."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.test import Client, RequestFactory

from hanse.web import context, errors

pytestmark = pytest.mark.urls("hanse.web.tests.addresses")


class Person:
    is_authenticated, is_staff, is_superuser = True, False, False

    def __init__(self, *roles):
        self.groups = self
        self.roles = roles

    def values_list(self, name, flat):
        return self.roles

    def get_full_name(self):
        return "Ina Maria Maurer"


def framed(*roles, path="/orders", session=None, **rights):
    request = RequestFactory().get(path)
    request.user, request.session = Person(*roles), session or {}
    vars(request.user).update(rights)
    return context.Frame(request)


def test_no_role_has_more_than_seven_entries():
    assert {role for role, entries in context.ROLES.items() if len(entries) > 7} == set()


def test_every_entry_has_its_icon_and_a_letter_of_its_own():
    sprite = (Path(context.__file__).parent / "static/hanse/icons.svg").read_text()
    assert all(f'id="{icon}"' in sprite for _, icon, _ in context.PAGES.values())
    letters = [letter for _, _, letter in context.PAGES.values()]
    assert len(letters) == len(set(letters))
    assert {name for entries in context.ROLES.values() for name in entries} <= set(context.PAGES)


def test_pages_that_do_not_exist_are_left_out():
    assert [entry.name for entry in framed("order desk").navigation] == ["today", "orders", "stock"]


def test_the_page_shown_is_marked_also_from_within():
    assert [entry.name for entry in framed("order desk", path="/orders/H-1").navigation if entry.here] == ["orders"]
    assert [entry.name for entry in framed("order desk", path="/").navigation if entry.here] == ["today"]


def test_the_role_is_the_one_switched_to_if_it_is_held():
    assert framed("warehouse", "order desk").role == "order desk"
    assert framed("warehouse", "order desk", session={"role": "warehouse"}).role == "warehouse"
    assert framed("warehouse", session={"role": "admin"}).role == "warehouse"
    assert framed().role == ""


def test_whoever_may_do_everything_begins_as_admin_and_may_switch():
    assert framed(is_superuser=True).role == "admin"
    assert framed(is_superuser=True, session={"role": "warehouse"}).role == "warehouse"


@pytest.mark.parametrize(("roles", "rights", "shown"), [
    (["warehouse"], {}, set()), (["planner"], {}, {"what_ifs"}), ([], {"is_superuser": True, "is_staff": True}, {"what_ifs", "admin:index"}),
])  # fmt: skip
@pytest.mark.urls("hanse.edge.urls")
def test_all_pages_names_only_what_its_reader_may_open(roles, rights, shown):
    assert {entry.name for entry in framed(*roles, **rights).everything} & {"what_ifs", "admin:index"} == shown


def test_a_phone_has_four_entries_at_most_and_a_way_to_the_others():
    for role in context.ROLES:
        bottom = framed(role).bottom
        assert len(bottom) <= 4 and bottom[-1].name == "all_pages"


def test_a_count_is_asked_once_and_only_where_it_is_shown(monkeypatch):
    asked = []
    monkeypatch.setitem(context._WAITING, "stock", lambda user: asked.append(user) or 7)
    frame = framed("order desk")
    stock = next(entry for entry in frame.navigation if entry.name == "stock")
    assert asked == []
    assert (stock.waiting(), stock.waiting(), len(asked)) == (7, 7, 1)


def test_initials_are_of_the_first_and_the_last_name():
    assert framed("order desk").initials == "IM"


@pytest.mark.parametrize("cookie, theme", [("dark", "dark"), ("light", "light"), ("pink", "system"), ("", "system")])
def test_the_theme_is_the_readers(cookie, theme):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert context.Frame(request).theme == theme


def test_a_fault_says_that_nothing_was_changed_and_gives_the_number_it_logged(caplog):
    answer = Client(raise_request_exception=False).get("/broken")
    [number] = re.findall(r'<b class="code">([0-9A-Z]{4}-\d\d)</b>', answer.content.decode())
    assert answer.status_code == 500 and answer["X-Problem-Number"] == number
    assert "Nothing was changed" in answer.content.decode()
    logged = next(record for record in caplog.records if number in record.getMessage())
    assert "a fault for the test" in str(logged.exc_info)


def test_a_part_of_a_page_that_fails_answers_with_a_message_only():
    request = RequestFactory().get("/x", headers={"HX-Request": "true"})
    request.user = AnonymousUser()
    answer = errors.not_allowed(request, None)
    assert answer.status_code == 403 and b"<html" not in answer.content and b"Nothing was changed" in answer.content


def test_nobody_gets_in_without_signing_in():
    assert Client().get("/pages").status_code == 302


def test_switching_the_role_changes_the_navigation_and_no_rights(db):
    user = User.objects.create_user("ina", password="not-a-secret-1")
    user.groups.set([Group.objects.get_or_create(name=name)[0] for name in ("order desk", "warehouse")])
    client = Client()
    client.force_login(user)
    assert b">Pick<" not in re.sub(rb"<svg.*?</svg>|<dialog.*</dialog>", b"", client.get("/pages").content.split(b'class="head"')[0], flags=re.S)
    client.post("/pages/role", {"role": "warehouse"})
    assert b"Pick</a>" in client.get("/pages").content.split(b'class="head"')[0]
    client.post("/pages/role", {"role": "admin"})
    assert client.session["role"] == "warehouse"


def test_the_page_for_a_database_that_is_away_asks_nothing_of_it():
    request = RequestFactory().get("/orders")
    answer = errors.busy(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert b"Nothing was changed" in answer.content
