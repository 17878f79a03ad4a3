"""The admin's pages of the edge open, and show nothing that opens anything."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from hanse.edge import keys
from hanse.edge.models import ApiKey
from hanse.journal.principals import ROLES


@pytest.fixture
def admin(given):
    client = Client()
    client.force_login(User.objects.get(username="ann"))
    return client


@pytest.mark.parametrize("page", ["", "auth/user/", "auth/user/add/", "auth/group/", "edge/apikey/", "edge/endpoint/", "edge/delivery/"])
def test_every_page_opens_under_its_own_policy(admin, page):
    answer = admin.get(f"/admin/{page}")
    assert answer.status_code == 200 and "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_key_is_shown_without_its_hash_and_cannot_be_changed(admin):
    keys.make("shop", ["read"])
    page = admin.get(f"/admin/edge/apikey/{ApiKey.objects.get().pk}/change/")
    assert page.status_code == 200 and "secret" not in page.content.decode().lower().replace("csrf", "")
    assert admin.get("/admin/edge/apikey/add/").status_code == 403


def test_who_is_no_staff_sees_nothing(given):
    client = Client()
    client.force_login(User.objects.get(username="eve"))
    assert client.get("/admin/").status_code == 302


def test_the_roles_are_groups(given):
    from hanse.edge.users import make_roles

    make_roles()
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
