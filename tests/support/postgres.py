"""A PostgreSQL server of the tests' own: Debian's program, a fresh folder, a Unix socket and no port."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

__all__ = ["Postgres", "postgres_server"]

FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
UNSAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
"""The machine does not lose power during a test; the servers under test end alone."""


class Postgres:
    """A running server; ``database`` makes an empty database in it."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._numbers = itertools.count()
        self._made: set[str] = set()

    def database(self, template: str = "", name: str = "") -> str:
        """The URL of a new database, empty or a copy of the one at ``template``; made once for each ``name``."""
        name = name or f"test_{os.getpid()}_{next(self._numbers)}"
        source = template.rpartition("?")[0].rpartition("/")[2] or "template0"
        if name not in self._made:
            with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {source}".encode())
            self._made.add(name)
        return self.url(name)

    def url(self, name: str) -> str:
        """The URL of a database."""
        return f"postgresql://tester@/{name}?host={quote(str(self._socket), safe='')}"


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Start a server and end it with the block; skips the test where PostgreSQL is not installed."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # not below pytest's: the path of a socket has at most 107 bytes
    user = _user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    place = str(folder / "cluster")

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(programs / program), "-D", place, *arguments],
            cwd=folder,
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    try:
        run("initdb", "--username=tester", "--auth=trust", "--no-sync", "--no-instructions", "--encoding=UTF8")
        log = str(folder / "log")
        run("pg_ctl", "start", "-w", "-l", log, "-o", f"-c listen_addresses='' -k {folder} {UNSAFE}")
        try:
            yield Postgres(folder)
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(path for glob in FOLDERS for path in Path("/").glob(glob[1:]))
    if not folders:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    return folders[-1]


def _user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then the user that its package made, or nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")
