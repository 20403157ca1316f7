"""What the commands of ``server`` do and how they tell it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import show_json
from pod_agent.errors import ServerUnreachableError, UsageError

if TYPE_CHECKING:
    from pod_agent.pods.hosting.backup import Contents
    from pod_agent.pods.hosting.settings import HostSettings
    from pod_agent.pods.hosting.status import Status

__all__ = ["add_account", "backup", "configure", "fetch", "install", "restore", "show_status"]

_NOT_RUNNING = 5
_PASSWORD_BYTES = 15
_NAME = re.compile("[a-z0-9][a-z0-9-]{0,62}")


def fetch(folder: Path) -> Path:
    """The installed server's packages, fetched with a bar where they are missing."""
    from pod_agent.cli.progress import steps
    from pod_agent.pods.hosting.installing import install_server, installation

    cache = folder / "packages"
    if installation(cache).is_dir():
        return install_server(cache)
    with steps("Fetching the server", None) as bar:
        return install_server(cache, lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total))


def install(folder: Path, *, as_json: bool) -> None:
    """Install the server, or check the one that is there and fetch it again where it is damaged."""
    from pod_agent.pods.hosting.installing import find_node, other_installations, server_version, wrong_packages

    modules = fetch(folder)
    wrong = wrong_packages(modules)
    if wrong:
        raise ServerUnreachableError(
            f"{len(wrong)} packages of the installed server are missing or were exchanged, the first is {wrong[0]}",
            hint=f"Remove {modules.parent} and run this again.",
        )
    node, older = find_node(), [str(path) for path in other_installations(folder / "packages")]
    version = server_version(modules / "@solid" / "community-server")
    if as_json:
        node_version = node.version() if node else ""
        show_json({"version": version, "node": node_version, "folder": str(modules.parent), "older": older})
        return
    click.echo(f"Community Solid Server {version} is installed in {modules.parent}")
    for path in older:
        click.echo(f"From before an upgrade, can be removed once the server runs: {path}")


def configure(folder: Path, changes: Mapping[str, object], *, as_json: bool) -> None:
    """Change settings and show them all."""
    from pod_agent.pods.hosting.settings import change

    settings = change(folder, changes)
    shown = _shown(settings)
    if as_json:
        show_json(shown)
        return
    for name, value in shown.items():
        click.echo(f"{name:14} {value if value not in ('', None) else '-'}")


def show_status(folder: Path, *, as_json: bool) -> int:
    """Show how the server does; 0 where it answers, 5 where it does not."""
    from pod_agent.pods.hosting.status import look

    found = look(folder)
    if as_json:
        show_json(_status(found))
    else:
        _tell_status(found)
    return 0 if found.answers else _NOT_RUNNING


def add_account(folder: Path, name: str, email: str, *, as_json: bool) -> None:
    """Make an account and a pod by the server that runs from this folder."""
    from pod_agent.pods.hosting.accounts import Account
    from pod_agent.pods.hosting.local import open_local
    from pod_agent.pods.hosting.presence import presence
    from pod_agent.pods.hosting.settings import load

    if presence(folder) is None:
        raise ServerUnreachableError("the server does not run", hint="Run: pod-agent server start")
    if not _NAME.fullmatch(name):
        raise UsageError("a pod's name is made of a-z, 0-9 and -", hint="It is part of the person's WebID.")
    if (folder / "data" / name).exists():
        raise UsageError(f"there is a pod called {name} already", hint="Choose another name.")
    settings = load(folder)
    closed = settings.registration == "closed"
    sign_up = f"{settings.address}.account/{settings.sign_up}/" if closed else ""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with Account(settings.address, open_local(settings), sign_up=sign_up) as made:
        made.register(email, password)
        webid, storage = made.create_pod(name)
    if as_json:
        show_json({"webid": webid, "pod": storage, "email": email, "password": password})
        return
    click.echo(f"WebID: {webid}\nPod: {storage}\nPassword: {password}")
    click.echo(f"The person logs in at {settings.address}.account/ and changes the password there.")


def backup(folder: Path, out: Path, passphrase_file: Path | None, *, as_json: bool) -> None:
    """Make a backup and say what it holds."""
    from pod_agent.cli.progress import steps
    from pod_agent.pods.hosting.backup import back_up, backup_name

    place = out / backup_name(datetime.now(UTC)) if out.is_dir() else out
    with steps("Copying documents", None) as bar:
        contents = back_up(
            folder, place, _passphrase(passphrase_file), lambda done: bar.update(bar.task_ids[0], completed=done)
        )
    _tell_contents(place, contents, "Backup", as_json=as_json)
    if passphrase_file is None and not as_json:
        click.echo("It holds accounts and keys and is not sealed: keep it where only you can read it.")


def restore(folder: Path | None, archive: Path, passphrase_file: Path | None, *, as_json: bool) -> None:
    """Restore a backup into a folder; None only checks it."""
    from pod_agent.cli.progress import steps
    from pod_agent.pods.hosting.backup import inspect
    from pod_agent.pods.hosting.backup import restore as bring_back

    passphrase = _passphrase(passphrase_file)
    with steps("Reading documents", None) as bar:
        if folder is None:
            contents = inspect(archive, passphrase)
        else:
            contents = bring_back(archive, folder, passphrase, lambda done: bar.update(bar.task_ids[0], completed=done))
    _tell_contents(archive, contents, "Checked" if folder is None else f"Restored to {folder} from", as_json=as_json)


def _passphrase(file: Path | None) -> str | None:
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0]:
        raise UsageError(f"{file} begins with an empty line", hint="Its first line is the passphrase.")
    return lines[0]


def _tell_contents(path: Path, contents: Contents, what: str, *, as_json: bool) -> None:
    shown = {
        "path": str(path),
        "made": contents.made.isoformat(timespec="seconds"),
        "address": contents.address,
        "version": contents.version,
        "accounts": contents.accounts,
        "pods": contents.pods,
        "files": len(contents.files),
        "bytes": contents.size,
    }
    if as_json:
        show_json(shown)
        return
    click.echo(f"{what} {path}")
    click.echo(
        f"{contents.accounts} accounts, {contents.pods} pods, {len(contents.files)} files,"
        f" {contents.size / 1e6:.1f} MB of {contents.address}, every file compared with its SHA-256"
    )


def _shown(settings: HostSettings) -> dict[str, object]:
    """The settings without the secret."""
    found = asdict(settings)
    del found["sign_up"], found["base_url"]
    return {"address": settings.address, **found}


def _status(found: Status) -> dict[str, object]:
    running = found.running
    return {
        "running": running is not None,
        "answers": found.answers,
        "answer_ms": found.answer_ms,
        "pid": running.pid if running else None,
        "version": running.version if running else found.stored.version,
        "node": running.node if running else None,
        "since": running.since.isoformat(timespec="seconds") if running else None,
        **_shown(found.settings),
        "accounts": found.stored.accounts,
        "pods": len(found.stored.pods),
        "used_bytes": found.used,
        "free_bytes": found.free,
        "warnings": list(found.warnings),
    }


def _tell_status(found: Status) -> None:
    settings, running = found.settings, found.running
    state = "stopped" if running is None else "running" if found.answers else "running, but does not answer"
    click.echo(f"{state}: {settings.address} (port {settings.port} of {settings.listen})")
    if running is not None:
        click.echo(
            f"version {running.version} on node {running.node}, process {running.pid}, since {running.since:%F %R} UTC"
        )
    tls = "TLS of its own" if settings.tls_cert else "no TLS of its own"
    quota = f"{settings.quota_mb} MB a pod" if settings.quota_mb else "no quota"
    click.echo(f"access by {settings.access}, registration {settings.registration}, {tls}, {quota}")
    click.echo(
        f"{found.stored.accounts} accounts, {len(found.stored.pods)} pods,"
        f" {found.used / 1e6:.1f} MB used, {found.free / 1e9:.1f} GB free"
    )
    for warning in found.warnings:
        click.echo(f"! {warning}")
