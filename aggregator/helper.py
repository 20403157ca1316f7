"""The helper: the second server of every study, run by somebody else than the leader.

It never sees an upload. It opens its sealed shares, checks every proof together with the leader, and guards the batch:
no report counts twice, every job and every task is answered once, and what was answered is on disk before it is sent.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from flask import Flask, Response, request

from aggregator.channel import check_signature
from aggregator.config import HelperConfig
from aggregator.errors import (
    BatchTooSmallError,
    CollectedBeforeError,
    IssuerUnreachableError,
    StudyClosedError,
    StudyRefusedError,
    TooManyWithdrawalsError,
    UnknownStudyError,
    WrongSecretError,
)
from aggregator.issuing.asking import check_roster
from aggregator.issuing.config import read_trusted
from aggregator.issuing.counting import add_vouched, check_vouched
from aggregator.noise import discrete_gaussian
from aggregator.retention import expired, utc_now
from aggregator.store import SET_TOTAL, Rows, open_store
from aggregator.studies import check_terms, decode_manifest
from aggregator.verifiers import Verifier, make_verifier
from aggregator.verifying import HelperLot, check_helper_lot, in_lots, sum_shares
from aggregator.web import make_app, no_content, url_bytes
from consent.codec import verify_study
from vocab import wire
from vocab.errors import VocabularyError
from vocab.study import Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import SECRET_BYTES, key_info, prio3_for, report_id
from vocab.vdaf.field import Vector
from vocab.vdaf.prio3 import VERIFY_KEY_BYTES, Prio3

__all__ = ["Helper", "create_helper_app"]

WITHDRAWALS = 100_000
"""Most withdrawals kept for one study: anyone can make up reports that never come and withdraw them."""
ABANDONED = b""
"""Stands for the answer of a study that was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A study as the helper holds it; ``checksum`` and ``answer`` are None until it is collected.

    ``answer`` is ``ABANDONED`` once the study is given up.
    """

    name: bytes
    manifest: bytes
    study: Study
    vdaf: Prio3
    verify_key: bytes
    checksum: bytes | None
    answer: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was known of a job: its answer if it was given, and what is to be said of reports that came before."""

    task: _Task
    answer: bytes | None
    outcomes: dict[bytes, wire.Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """The messages that end the checks, None for an invalid report, and the sum of the valid ones' output shares.

    ``vouched`` counts the valid ones by the number of the issuer of their token.
    """

    messages: dict[bytes, bytes | None]
    vouched: Counter[int]
    total: Vector


class Helper:
    """The helper's rules over its database in ``home``.

    Opening it, and every new study, erases what is older than ``aggregator.retention`` allows. ``network`` replaces the
    way to issuers in tests.
    """

    def __init__(
        self,
        home: Path,
        config: HelperConfig,
        *,
        clock: Callable[[], datetime] = utc_now,
        verifier: Verifier | None = None,
        network: httpx.BaseTransport | None = None,
    ) -> None:
        self.config = config
        self._home = home
        self._network = network
        self.verifier = verifier or make_verifier(config.verify, workers=config.workers, address=config.ray)
        self.database = open_store(home, "helper", config.store)
        self._private_key = bytes.fromhex(config.sealing_key)
        self._studies: dict[bytes, tuple[Study, Prio3]] = {}
        self._clock = clock
        self.erase_expired()

    def register(self, task: bytes, registration: wire.Registration) -> None:
        """Take part in a study; the key of its proof check is fixed here, before the first report.

        StudyRefusedError for terms this helper does not stand for, CollectedBeforeError for another key.
        """
        study, _ = verify_study(decode_manifest(registration.manifest), registration.proof)
        if study.task_id != task:
            raise VocabularyError("the manifest belongs to another task")
        if study.helper_key != self.config.public_key or study.helper != self.config.helper:
            raise StudyRefusedError("the study names another helper")
        check_terms(study)
        self._check_issuers(study)
        key = sealing.open_sealed(registration.sealed_key, self._private_key, key_info(task))
        if len(key) != VERIFY_KEY_BYTES:
            raise VocabularyError("the key of the proof check has a wrong length")
        self.erase_expired()
        with self.database.transaction() as rows:
            rows.execute(
                "INSERT INTO tasks VALUES (?, ?, ?, NULL, NULL) ON CONFLICT DO NOTHING",
                (task, registration.manifest, key),
            )
            if rows.execute("SELECT verify_key FROM tasks WHERE task = ?", (task,)).fetchone()[0] != key:
                raise CollectedBeforeError("the study is registered with another key")

    def answer_job(self, job: wire.Job, digest: bytes) -> bytes:
        """Check a job's reports and add the good ones to the sum; the same request gets the same answer again.

        Proofs are checked before the transaction that counts the reports. If it finds that others of them were counted
        or withdrawn meanwhile, the check is made again.
        """
        with self.database.transaction() as rows:
            known = self._look(rows, job, digest)
        while known.answer is None:
            checked, before = self._verify(job, known), known.outcomes
            with self.database.transaction() as rows:
                known = self._look(rows, job, digest)
                if known.answer is None and known.outcomes == before:
                    return self._count(rows, job, digest, known, checked)
        return known.answer

    def collect(self, collection: wire.Collection) -> bytes:
        """This server's share of the sum, its noise included: drawn once, kept, and given again when asked again.

        BatchTooSmallError below the study's minimum, OneIssuerError if one pod operator vouches for more than half of
        the reports, CollectedBeforeError if other reports are asked for.
        """
        name = collection.task_id
        with self.database.transaction() as rows:
            task = self._task(rows, name)
            if task.answer is not None:
                if task.checksum != collection.checksum:
                    raise CollectedBeforeError("the task was collected with other reports")
                return task.answer
            query = "SELECT report FROM reports WHERE task = ? AND outcome = ?"
            accepted = [row[0] for row in rows.execute(query, (name, wire.Outcome.ACCEPTED))]
            if (len(accepted), wire.checksum(accepted)) != (collection.accepted, collection.checksum):
                raise CollectedBeforeError("leader and helper did not count the same reports")
            if len(accepted) < task.study.min_batch:
                raise BatchTooSmallError(f"{len(accepted)} valid reports, of at least {task.study.min_batch}")
            check_vouched(rows, task.study)
            field, total = task.vdaf.field, self._total(rows, task).elements
            share = (total + discrete_gaussian(task.study.noise.variance, len(total))) % field.prime
            answer = wire.encode(wire.AggregateShare(share=field.encode(share)))
            row = (collection.checksum, answer, name)
            rows.execute("UPDATE tasks SET checksum = ?, answer = ? WHERE task = ?", row)
            rows.execute("DELETE FROM totals WHERE task = ?", (name,))
        return answer

    def withdraw(self, task: bytes, name: bytes, secret: bytes) -> None:
        """Never count this report, whether it came already or not.

        StudyClosedError if it was counted, or if the study is too old to tell; WrongSecretError for another's;
        TooManyWithdrawalsError if the study has too many of them. Of a study that is collected or given up no
        withdrawal is kept: what was not counted never will be.
        """
        if len(secret) != SECRET_BYTES or report_id(secret) != name:
            raise WrongSecretError("the secret does not belong to this report")
        with self.database.transaction() as rows:
            held = self._task(rows, task)
            query = "SELECT outcome FROM reports WHERE task = ? AND report = ?"
            known = rows.execute(query, (task, name)).fetchone()
            erased = bool(held.answer) and expired(held.study, self._clock())
            if erased or known == (wire.Outcome.ACCEPTED,):
                raise StudyClosedError("the report is counted already")
            if known is None and held.answer is None:
                self._remember_withdrawn(rows, task, name)

    def abandon(self, task: bytes) -> None:
        """Erase all that is held of a study's reports and never answer for it again; a collected one stays as it is."""
        with self.database.transaction() as rows:
            if not self._task(rows, task).answer:
                rows.execute("UPDATE tasks SET answer = ? WHERE task = ?", (ABANDONED, task))
                _erase(rows, task)

    def erase_expired(self) -> None:
        """Erase report ids, verdicts and sums of studies whose end is longer ago than reports are kept."""
        with self.database.transaction() as rows:
            for (name,) in rows.execute("SELECT task FROM tasks").fetchall():
                if expired(self._task(rows, name).study, self._clock()):
                    rows.execute("UPDATE tasks SET answer = ? WHERE task = ? AND answer IS NULL", (ABANDONED, name))
                    _erase(rows, name)

    def close(self) -> None:
        """Close the database and end what checks proofs."""
        self.verifier.close()
        self.database.close()

    def _check_issuers(self, study: Study) -> None:
        """Whom the leader takes for pod operators, and what for their keys, is not for the leader alone to say."""
        if study.demo:
            return
        unknown = {issuer.url for issuer in study.issuers} - read_trusted(self._home)
        if unknown:
            raise StudyRefusedError(
                f"this helper's operator does not know the issuer {min(unknown)}",
                hint="The helper's operator runs: pod-aggregator trust URL",
            )
        try:
            for issuer in study.issuers:
                check_roster(issuer, self._network)
        except IssuerUnreachableError as error:
            raise StudyRefusedError(f"{error}: the key may not be the issuer's", hint=error.hint) from error

    @staticmethod
    def _remember_withdrawn(rows: Rows, task: bytes, name: bytes) -> None:
        query = "SELECT count(*) FROM reports WHERE task = ? AND outcome = ?"
        if rows.execute(query, (task, wire.Outcome.WITHDRAWN)).fetchone()[0] >= WITHDRAWALS:
            raise TooManyWithdrawalsError("too many withdrawals are kept for this study")
        rows.execute("INSERT INTO reports VALUES (?, ?, ?)", (task, name, wire.Outcome.WITHDRAWN))

    def _task(self, rows: Rows, name: bytes) -> _Task:
        query = "SELECT manifest, verify_key, checksum, answer FROM tasks WHERE task = ?"
        found = rows.execute(query, (name,)).fetchone()
        if found is None:
            raise UnknownStudyError("no study has this task id")
        manifest, key, checksum, answer = found
        if name not in self._studies:
            study = Study.from_json(decode_manifest(manifest))
            self._studies[name] = (study, prio3_for(study))
        study, vdaf = self._studies[name]
        return _Task(
            name=name, manifest=manifest, study=study, vdaf=vdaf, verify_key=key, checksum=checksum, answer=answer
        )

    @staticmethod
    def _total(rows: Rows, task: _Task) -> Vector:
        found = rows.execute("SELECT share FROM totals WHERE task = ?", (task.name,)).fetchall()
        return sum_shares(task.vdaf, [share for (share,) in found])

    def _look(self, rows: Rows, job: wire.Job, digest: bytes) -> _Known:
        task = self._task(rows, job.task_id)
        query = "SELECT digest, answer FROM jobs WHERE task = ? AND number = ?"
        known = rows.execute(query, (task.name, job.number)).fetchone()
        if known is not None:
            if known[0] != digest:
                raise CollectedBeforeError("this job was asked before with other bytes")
            return _Known(task=task, answer=bytes(known[1]), outcomes={})
        if task.answer is not None:
            raise CollectedBeforeError("the task is collected")
        seen: dict[bytes, wire.Outcome] = {}
        query = "SELECT outcome FROM reports WHERE task = ? AND report = ?"
        for name in (entry.report_id for entry in job.entries):
            found = rows.execute(query, (task.name, name)).fetchone()
            if found is not None:
                withdrawn = found[0] == wire.Outcome.WITHDRAWN
                seen[name] = wire.Outcome.WITHDRAWN if withdrawn else wire.Outcome.REPLAYED
        return _Known(task=task, answer=None, outcomes=seen)

    def _verify(self, job: wire.Job, known: _Known) -> _Checked:
        """Check the proofs of the job's reports that did not come before, each id once."""
        task = known.task
        entries: dict[bytes, wire.JobEntry] = {}
        for entry in job.entries:
            if entry.report_id not in known.outcomes:
                entries.setdefault(entry.report_id, entry)
        lots = (
            HelperLot(manifest=task.manifest, verify_key=task.verify_key, private_key=self._private_key, entries=lot)
            for lot in in_lots(list(entries.values()))
        )
        outcomes = self.verifier.check(check_helper_lot, lots)
        messages = [message for outcome in outcomes for message in outcome.messages]
        return _Checked(
            messages=dict(zip(entries, messages, strict=True)),
            vouched=sum((Counter(outcome.vouched) for outcome in outcomes), Counter[int]()),
            total=sum_shares(task.vdaf, [outcome.total for outcome in outcomes]),
        )

    def _count(self, rows: Rows, job: wire.Job, digest: bytes, known: _Known, checked: _Checked) -> bytes:
        """Remember every report of the job and its outcome, add the sum of those that count, keep the answer."""
        task, said = known.task, dict(known.outcomes)
        verdicts: list[wire.Verdict] = []
        for name in (entry.report_id for entry in job.entries):
            if name in said:
                verdicts.append(wire.Verdict(outcome=said[name], message=b""))
                continue
            message = checked.messages[name]
            outcome = wire.Outcome.INVALID if message is None else wire.Outcome.ACCEPTED
            verdicts.append(wire.Verdict(outcome=outcome, message=message or b""))
            rows.execute("INSERT INTO reports VALUES (?, ?, ?)", (task.name, name, int(outcome)))
            said[name] = wire.Outcome.REPLAYED  # if it comes twice in one job
        answer = wire.encode(wire.JobAnswer(verdicts=tuple(verdicts)))
        rows.execute("INSERT INTO jobs VALUES (?, ?, ?, ?)", (task.name, job.number, digest, answer))
        add_vouched(rows, task.name, checked.vouched)
        total = self._total(rows, task) + checked.total
        rows.execute(SET_TOTAL, (task.name, total.encode()))
        return answer


def create_helper_app(helper: Helper) -> Flask:
    """The helper's HTTP interface: withdrawals from agents, everything else from its leader alone."""
    app = make_app("helper")
    channel_key = bytes.fromhex(helper.config.channel_key)

    def signed_body() -> bytes:
        body = request.get_data()
        check_signature(
            request.headers.get("Authorization"), channel_key, request.method, request.path.lstrip("/"), body
        )
        return body

    @app.put("/tasks/<task>")
    def register(task: str) -> Response:
        helper.register(url_bytes(task, 32), wire.decode(signed_body(), wire.Registration))
        return no_content(200)

    @app.put("/tasks/<task>/jobs/<int:number>")
    def job(task: str, number: int) -> Response:
        body = signed_body()
        message = wire.decode(body, wire.Job)
        if (message.task_id, message.number) != (url_bytes(task, 32), number):
            raise VocabularyError("the job belongs to another address")
        return _binary(helper.answer_job(message, hashlib.sha256(body).digest()))

    @app.put("/tasks/<task>/collection")
    def collection(task: str) -> Response:
        message = wire.decode(signed_body(), wire.Collection)
        if message.task_id != url_bytes(task, 32):
            raise VocabularyError("the collection belongs to another address")
        return _binary(helper.collect(message))

    @app.put("/tasks/<task>/abandonment")
    def abandonment(task: str) -> Response:
        signed_body()
        helper.abandon(url_bytes(task, 32))
        return no_content(204)

    @app.delete("/tasks/<task>/reports/<report>")
    def withdraw(task: str, report: str) -> Response:
        helper.withdraw(url_bytes(task, 32), url_bytes(report, 16), request.get_data())
        return no_content(204)

    return app


def _erase(rows: Rows, task: bytes) -> None:
    for table in ("reports", "jobs", "totals", "vouched"):
        rows.execute(f"DELETE FROM {table} WHERE task = ?", (task,))  # noqa: S608 - our own names


def _binary(body: bytes) -> Response:
    return Response(body, 200, content_type="application/octet-stream")
