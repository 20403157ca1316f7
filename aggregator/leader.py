"""The leader: publishes studies and takes reports, of which it can read none.

``Leader`` holds the rules, ``create_leader_app`` speaks HTTP. The sum itself is made by ``aggregator.collection``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec
from flask import Flask, Response, request, send_from_directory

from aggregator.catalogue import FILE, MEDIA_TYPE
from aggregator.channel import HelperChannel
from aggregator.config import LeaderConfig
from aggregator.errors import (
    BatchTooSmallError,
    ReportConflictError,
    ReportTooLargeError,
    StudyAbandonedError,
    StudyClosedError,
    StudyNotOpenError,
    UnknownStudyError,
    WrongSecretError,
)
from aggregator.membership import add_node_routes
from aggregator.releases import Release, decode_release
from aggregator.retention import KEPT, expired, utc_now
from aggregator.shared_models import model_list
from aggregator.store import Rows, open_store
from aggregator.studies import check_terms, decode_manifest
from aggregator.verifiers import Verifier, make_verifier
from aggregator.web import json_response, make_app, no_content, url_bytes
from consent.codec import sign_study
from vocab import wire
from vocab.decoding import canonical_json
from vocab.errors import VocabularyError
from vocab.study import Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import SECRET_BYTES, decode_total, key_info, prio3_for, report_bytes, report_id
from vocab.vdaf.prio3 import VERIFY_KEY_BYTES

__all__ = ["Leader", "LeaderStudy", "create_leader_app"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderStudy:
    """A study as the leader holds it; ``state`` is registering, open, closed, released or abandoned."""

    study: Study
    manifest: str
    proof: str
    verify_key: bytes
    state: str
    report_bytes: int


class Leader:
    """The leader's rules over its database in ``home``; several processes may work on one home.

    Opening it gives up the studies that nobody collected in time (``aggregator.retention``).
    """

    def __init__(
        self,
        home: Path,
        config: LeaderConfig,
        *,
        clock: Callable[[], datetime] = utc_now,
        verifier: Verifier | None = None,
    ) -> None:
        self.home = home
        self.config = config
        self._verifier = verifier
        self.database = open_store(home, "leader", config.store)
        self._clock = clock
        self._studies: dict[bytes, LeaderStudy] = {}
        self.give_up_expired()

    @property
    def verifier(self) -> Verifier:
        """What checks this leader's half of the proofs, made when first needed."""
        if self._verifier is None:
            config = self.config
            self._verifier = make_verifier(config.verify, workers=config.workers, address=config.ray)
        return self._verifier

    def now(self) -> datetime:
        """The time by which windows open and close."""
        return self._clock()

    def publish(self, study: Study, channel: HelperChannel) -> bytes:
        """Sign a study, make it known to the helper, then open it; the task id.

        Publishing the same terms again changes nothing. If the helper does not answer, nothing is open: publish again.
        """
        check_terms(study)
        task = study.task_id
        with self.database.transaction() as rows:
            rows.execute(
                "INSERT INTO studies VALUES (?, ?, ?, ?, 'registering', ?) ON CONFLICT DO NOTHING",
                (
                    task,
                    canonical_json(study.to_json()).decode(),
                    sign_study(study, self.config.signer, self.now()),
                    os.urandom(VERIFY_KEY_BYTES),
                    self.now().isoformat(),
                ),
            )
        held = self.study(task)
        sealed = sealing.seal(held.verify_key, bytes.fromhex(study.helper_key), key_info(task))
        registration = wire.Registration(manifest=held.manifest.encode(), proof=held.proof, sealed_key=sealed)
        channel.put(wire.task_path(task), wire.encode(registration))
        with self.database.transaction() as rows:
            rows.execute("UPDATE studies SET state = 'open' WHERE task = ? AND state = 'registering'", (task,))
        return task

    def study(self, task: bytes) -> LeaderStudy:
        """The study with this task id; UnknownStudyError."""
        with self.database.reading() as rows:
            return self._held(rows, task)

    def open_studies(self) -> list[wire.SignedStudy]:
        """The signed manifests that agents may answer now or later, oldest first."""
        query = "SELECT task FROM studies WHERE state = 'open' ORDER BY published, task"
        with self.database.reading() as rows:
            held = [self._held(rows, task) for (task,) in rows.execute(query).fetchall()]
        return [
            wire.SignedStudy(task=one.study.task_id.hex(), manifest=one.study.to_json(), proof=one.proof)
            for one in held
            if self.now() < one.study.closes
        ]

    def accept(self, task: bytes, name: bytes, body: bytes) -> bool:
        """Keep a report; True if it is new, False if the same bytes were here before.

        Raises VocabularyError if it is no report of this study, and a ReportRefusedError as its name says.
        """
        _check_size(len(body), self.report_bytes(task))
        report = wire.decode(body, wire.Report)
        if (report.task_id, report.report_id) != (task, name):
            raise VocabularyError("the report belongs to another address")

        def keep(rows: Rows) -> bool:
            self._check_open(self._held(rows, task))
            if rows.execute("INSERT INTO reports VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (task, name, body)).rowcount:
                return True
            query = "SELECT body FROM reports WHERE task = ? AND report = ?"
            return self._again(rows.execute(query, (task, name)).fetchone()[0], body)

        return self.database.together(keep)

    def report_bytes(self, task: bytes) -> int:
        """Length of every report to this study; UnknownStudyError."""
        known = self._studies.get(task)  # an upload waits for no other's transaction before its own
        return known.report_bytes if known else self.study(task).report_bytes

    def withdraw(self, task: bytes, name: bytes, secret: bytes) -> None:
        """Forget a report that was not collected yet and never take it again; doing so twice changes nothing.

        Of a report that is not here nothing is kept, or anyone could fill the disk: the helper remembers it.
        WrongSecretError if the secret is not the report's, StudyClosedError once the batch is closed.
        """
        if len(secret) != SECRET_BYTES or report_id(secret) != name:
            raise WrongSecretError("the secret does not belong to this report")
        with self.database.transaction() as rows:
            if self._held(rows, task).state not in {"open", "registering"}:
                raise StudyClosedError("the batch is closed: what was counted cannot be withdrawn any more")
            rows.execute("UPDATE reports SET body = NULL WHERE task = ? AND report = ?", (task, name))

    def batch(self, task: bytes) -> list[bytes]:
        """The ids of the reports held for a task, in ascending order; withdrawn and forgotten ones left out."""
        with self.database.reading() as rows:
            return _batch(rows, task)

    def close_batch(self, task: bytes, named: Collection[bytes] | None = None) -> None:
        """End the batch for good: no report and no withdrawal is taken any more.

        With ``named``, only these reports are in it; the others are forgotten as if they had been withdrawn, in the
        same transaction, so that none can come in between. Closing again changes nothing, so that a collection can go
        on after a crash; StudyClosedError if it was closed to other reports, or its named reports were released.
        BatchTooSmallError, while the batch stays open, below the study's minimum; StudyAbandonedError if it was given
        up.
        """
        self.give_up_expired()
        with self.database.transaction() as rows:
            held = self._held(rows, task)
            if held.state == "registering":
                raise StudyNotOpenError("the helper does not know the study yet", hint="Publish the study again.")
            if held.state == "abandoned":
                raise StudyAbandonedError(f"too few reports were valid, or {KEPT.days} days went by uncollected")
            batch = frozenset(_batch(rows, task))
            if held.state == "open":
                self._close(rows, held.study, batch, batch if named is None else batch & frozenset(named))
            elif named is not None and (held.state == "released" or not batch <= frozenset(named)):
                raise StudyClosedError("the batch was closed before, or to other reports")

    def abandon(self, task: bytes) -> None:
        """Give a study up for good: its reports and sums are erased, and it is never opened or released again."""
        with self.database.transaction() as rows:
            _abandon(rows, task)

    def give_up_expired(self) -> None:
        """Abandon every study whose end is longer ago than reports are kept and that was not released."""
        with self.database.reading() as rows:
            query = "SELECT task FROM studies WHERE state NOT IN ('released', 'abandoned')"
            held = [self._held(rows, task).study for (task,) in rows.execute(query).fetchall()]
        for study in held:
            if expired(study, self.now()):
                self.abandon(study.task_id)

    def releases(self) -> list[Release]:
        """All releases, newest last."""
        with self.database.reading() as rows:
            found = rows.execute("SELECT document FROM releases ORDER BY number").fetchall()
        return [decode_release(document) for (document,) in found]

    def noisy_sum(self, task: bytes) -> tuple[list[int], int, int]:
        """Of a released task: the sum with both servers' noise, reports accepted, reports rejected."""
        study = self.study(task).study
        with self.database.reading() as rows:
            found = rows.execute("SELECT noisy, accepted, rejected FROM releases WHERE task = ?", (task,)).fetchone()
        if found is None:
            raise UnknownStudyError("this study has no release")
        total = prio3_for(study).field.decode(found[0]).tolist()
        return decode_total(study, total, found[1]), int(found[1]), int(found[2])

    def close(self) -> None:
        """Close the database and end what checks proofs."""
        if self._verifier is not None:
            self._verifier.close()
        self.database.close()

    def _held(self, rows: Rows, task: bytes) -> LeaderStudy:
        """The study as it stands in this transaction; only its state ever changes."""
        found = rows.execute("SELECT state FROM studies WHERE task = ?", (task,)).fetchone()
        if found is None:
            raise UnknownStudyError("no study has this task id")
        if task not in self._studies:
            self._studies[task] = self._load(rows, task)
        return replace(self._studies[task], state=found[0])

    @staticmethod
    def _load(rows: Rows, task: bytes) -> LeaderStudy:
        query = "SELECT manifest, proof, verify_key, state FROM studies WHERE task = ?"
        manifest, proof, key, state = rows.execute(query, (task,)).fetchone()
        study = Study.from_json(decode_manifest(manifest))
        return LeaderStudy(
            study=study, manifest=manifest, proof=proof, verify_key=key, state=state, report_bytes=report_bytes(study)
        )

    @staticmethod
    def _close(rows: Rows, study: Study, batch: frozenset[bytes], kept: frozenset[bytes]) -> None:
        task = study.task_id
        if len(kept) < study.min_batch:
            raise BatchTooSmallError(f"the batch holds fewer than {study.min_batch} reports")
        forgotten = [(task, name) for name in batch - kept]
        rows.executemany("UPDATE reports SET body = NULL WHERE task = ? AND report = ?", forgotten)
        rows.execute("UPDATE studies SET state = 'closed' WHERE task = ?", (task,))

    def _check_open(self, held: LeaderStudy) -> None:
        now = self.now()
        if held.state == "registering" or now < held.study.opens:
            raise StudyNotOpenError("the study is not open yet")
        if held.state != "open" or now >= held.study.closes:
            raise StudyClosedError("the study takes no more reports")

    @staticmethod
    def _again(known: bytes | None, body: bytes) -> bool:
        if known is None:
            raise StudyClosedError("this report was withdrawn")
        if known != body:
            raise ReportConflictError("other bytes came under this report id before")
        return False


def create_leader_app(leader: Leader) -> Flask:
    """The leader's HTTP interface, for agents."""
    app = make_app("leader")

    @app.get("/studies")
    def studies() -> Response:
        listing = wire.StudyList(version=wire.VERSION, studies=tuple(leader.open_studies()))
        return json_response(msgspec.json.encode(listing))

    @app.get("/models")
    def models() -> Response:
        return json_response(model_list(leader.home))

    @app.get("/catalogue")
    def catalogue() -> Response:
        return send_from_directory(leader.home.resolve(), FILE, mimetype=MEDIA_TYPE)

    @app.put("/tasks/<task>/reports/<report>")
    def put_report(task: str, report: str) -> Response:
        task_id = url_bytes(task, 32)
        _check_size(request.content_length or 0, leader.report_bytes(task_id))
        new = leader.accept(task_id, url_bytes(report, 16), request.get_data())
        return no_content(201 if new else 200)

    @app.delete("/tasks/<task>/reports/<report>")
    def withdraw(task: str, report: str) -> Response:
        leader.withdraw(url_bytes(task, 32), url_bytes(report, 16), request.get_data())
        return no_content(204)

    add_node_routes(app, leader.home, leader.config)
    return app


def _batch(rows: Rows, task: bytes) -> list[bytes]:
    query = "SELECT report FROM reports WHERE task = ? AND body IS NOT NULL ORDER BY report"
    return [name for (name,) in rows.execute(query, (task,))]


def _abandon(rows: Rows, task: bytes) -> None:
    """Released in the meantime, it stays released."""
    query = "UPDATE studies SET state = 'abandoned' WHERE task = ? AND state != 'released'"
    if rows.execute(query, (task,)).rowcount:
        for table in ("reports", "jobs", "totals"):
            rows.execute(f"DELETE FROM {table} WHERE task = ?", (task,))  # noqa: S608 - our own names


def _check_size(size: int, expected: int) -> None:
    if size > expected:
        raise ReportTooLargeError(f"a report to this study has {expected} bytes, not {size}")
    if size < expected:
        raise VocabularyError(f"a report to this study has {expected} bytes, not {size}")
