"""`hanse key` and `hanse user`: who may come in."""

import sys
from dataclasses import asdict

import click

from hanse.journal.principals import ROLES

from .cli import django_ready, err, json_option, main, out, told


@main.group()
def key() -> None:
    """Bearer keys for machines."""


@key.command("create")
@click.option("--name", required=True, help="Who or what uses the key.")
@click.option("--scope", "scopes", multiple=True, required=True, help="A role, `area.*`, an operation, `all` or `read`; may be repeated.")
@click.option("--days", type=click.IntRange(1, 3650), help="After how many days it expires; else never.")
@json_option
def create_key(name: str, scopes: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """Make a key and print it: the only time that it can be read."""
    with django_ready():
        from . import keys

        try:
            made = keys.make(name, list(scopes), days)
        except keys.WrongKey as wrong:
            err.print(f"[red]{wrong}[/red]")
            sys.exit(2)
    if as_json:
        told([{"name": name, "key": made, "scopes": list(scopes)}], True, "key")
    else:
        click.echo(made)


@key.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """All keys, without their secrets."""
    with django_ready():
        from . import keys

        told([asdict(it) for it in keys.known()], as_json, "keys")


@key.command("revoke")
@click.option("--name", required=True)
def revoke_key(name: str) -> None:
    """End a key from the next request on."""
    with django_ready():
        from . import keys

        if not keys.revoke(name):
            err.print(f"[red]There is no living key named {name!r}.[/red]")
            sys.exit(1)
        out.print(f"{name} opens nothing any more.")


@main.group()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.option("--name", required=True, help="The name to sign in with.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(list(ROLES)), help="May be repeated.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made and shown once.")
@json_option
def create_user(name: str, roles: tuple[str, ...], password_stdin: bool, as_json: bool) -> None:
    """Make a user with roles."""
    with django_ready():
        from .users import WrongUser, create

        try:
            password = create(name, list(roles), sys.stdin.readline().rstrip("\n") if password_stdin else None)
        except WrongUser as wrong:
            err.print(f"[red]{wrong}[/red]")
            sys.exit(2)
    shown = {"name": name, "roles": list(roles)} | ({} if password_stdin else {"password": password})
    if as_json:
        told([shown], True, "user")
    else:
        out.print(f"{name} may sign in." if password_stdin else f"{name} may sign in with the password [bold]{password}[/bold]. It is not shown again.")
