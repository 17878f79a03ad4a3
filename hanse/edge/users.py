"""Users: people who sign in, with the roles that say what they may do. Roles are groups, made with the schema."""

import secrets
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from hanse.journal.principals import ROLES


class WrongUser(Exception):
    """A user cannot be made like this; the sentence says why."""


def make_roles(**_: Any) -> None:
    """A group for every role; runs after each migration, changes nothing twice."""
    for role in ROLES:
        Group.objects.get_or_create(name=role)


def create(name: str, roles: list[str], password: str | None = None) -> str:
    """Make a user; gives back the password, a fresh one unless one was given. Admins keep the master data too."""
    given = password if password is not None else secrets.token_urlsafe(12)
    user = User(username=name, is_staff="admin" in roles, is_superuser="admin" in roles)
    try:
        user.full_clean(exclude=["password"])
        validate_password(given, user)
    except ValidationError as wrong:
        raise WrongUser(" ".join(wrong.messages)) from wrong
    user.set_password(given)
    try:
        with transaction.atomic():
            user.save()
            user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    except IntegrityError as taken:
        raise WrongUser(f"There is a user named {name!r} already.") from taken
    return given


def first_admin() -> str:
    """The words that greet whoever starts an empty company: the admin's password, made now and shown this once."""
    if User.objects.exists():
        return ""
    return f"Sign in as [bold]admin[/bold] with the password [bold]{create('admin', ['admin'])}[/bold]. It is not shown again."
