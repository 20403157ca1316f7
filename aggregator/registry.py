"""Who takes part in training: the one list of WebIDs and node keys, which the SuperLink's own list is made to follow.

The leader writes it when an agent asks to be let in or out, the operator by ``pod-aggregator nodes``. Whoever runs the
SuperLink reads it (``aggregator.training_server``); several processes may have it open.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.config import LeaderConfig
from aggregator.errors import AdmissionRefusedError, UnknownNodeError
from aggregator.retention import utc_now
from aggregator.store import Database
from consent.codec import decode_event, decode_grant
from consent.errors import ConsentError
from consent.purposes import FEDERATED_TRAINING
from vocab.membership import Admission, node_name, verify_leave
from vocab.times import utc_text

__all__ = ["Member", "Registry", "check_grant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person's node: ``name`` is the SHA-256 of ``key`` (PEM); ``until`` is when the grant ends that was shown."""

    webid: str
    name: bytes
    key: bytes
    grant: str
    until: datetime
    registered: datetime

    def to_json(self) -> dict[str, Any]:
        """The member as ``pod-aggregator nodes list --json`` prints it."""
        return {
            "node": self.name.hex(),
            "webid": self.webid,
            "grant": self.grant,
            "until": utc_text(self.until),
            "registered": utc_text(self.registered),
        }


class Registry:
    """The list in ``home``; durable when a method returns."""

    def __init__(self, home: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = Database(home / "registry.sqlite", "registry.sql")
        self._clock = clock

    def admit(self, webid: str, admission: Admission, config: LeaderConfig) -> Member:
        """Let the person's node in, in place of any that they had before.

        The WebID is proved already. AdmissionRefusedError where the grant does not allow this, or the key is another
        person's; VocabularyError for a key that is none.
        """
        now = self._clock().replace(microsecond=0)
        (grant, until), key = check_grant(webid, admission, config, now), admission.key.encode()
        member = Member(webid=webid, name=node_name(key), key=key, grant=grant, until=until, registered=now)
        try:
            with self._database.transaction() as rows:
                rows.execute("DELETE FROM nodes WHERE webid = ? OR until <= ?", (webid, now.isoformat()))
                rows.execute(
                    "INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?)",
                    (webid, member.name, key, grant, until.isoformat(), now.isoformat()),
                )
        except sqlite3.IntegrityError as error:
            raise AdmissionRefusedError("this key belongs to another node") from error
        return member

    def leave(self, name: bytes, signature: bytes) -> None:
        """Take a node out at its own word; VocabularyError where it did not say so. Doing so twice changes nothing."""
        with self._database.transaction() as rows:
            found = rows.execute("SELECT key FROM nodes WHERE name = ?", (name,)).fetchone()
            if found is not None:
                verify_leave(name, signature, found[0])
                rows.execute("DELETE FROM nodes WHERE name = ?", (name,))

    def remove(self, name: bytes) -> None:
        """Take a node out at the operator's word; UnknownNodeError where there is none."""
        with self._database.transaction() as rows:
            if not rows.execute("DELETE FROM nodes WHERE name = ?", (name,)).rowcount:
                raise UnknownNodeError("no node has this name")

    def members(self) -> list[Member]:
        """Everybody whose grant has not ended, in the order of their WebIDs."""
        now = self._clock()
        query = "SELECT webid, name, key, grant_id, until, registered FROM nodes ORDER BY webid"
        with self._database.reading() as rows:
            found = [_member(row) for row in rows.execute(query).fetchall()]
        return [member for member in found if now < member.until]

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def check_grant(webid: str, admission: Admission, config: LeaderConfig, now: datetime) -> tuple[str, datetime]:
    """The grant that was shown, by its identifier, and its end; AdmissionRefusedError unless it allows training now.

    A renewal that is shown gives the end. One is enough: the business needs no more of the grant's history.
    """
    try:
        grant, _ = decode_grant(admission.grant.encode(), admission.grant_key)
        renewal = decode_event(admission.renewal.encode(), admission.grant_key)[0] if admission.renewal else None
    except ConsentError as error:
        raise AdmissionRefusedError("the grant that was shown is not a signed grant") from error
    if grant.subject != webid:
        raise AdmissionRefusedError("the grant that was shown is another person's")
    if (grant.controller, grant.controller_key, grant.helper) != (config.controller, config.signer.name, config.helper):
        raise AdmissionRefusedError("the grant that was shown is for another business")
    if grant.purpose != FEDERATED_TRAINING:
        raise AdmissionRefusedError("the grant that was shown is not for training")
    until = grant.until
    if renewal is not None and renewal.until is not None:
        if renewal.grant != grant.identifier or renewal.at > now:
            raise AdmissionRefusedError("the renewal that was shown is not of this grant")
        until = renewal.until
    if not grant.created <= now < until:
        raise AdmissionRefusedError("the grant that was shown is not in force")
    return grant.identifier, until


def _member(row: tuple[str, bytes, bytes, str, str, str]) -> Member:
    webid, name, key, grant, until, registered = row
    return Member(
        webid=webid,
        name=name,
        key=key,
        grant=grant,
        until=datetime.fromisoformat(until).astimezone(UTC),
        registered=datetime.fromisoformat(registered).astimezone(UTC),
    )
