"""Collecting a study: close the batch, check every proof together with the helper, add noise, release.

Reports go in jobs of ``wire.JOB_REPORTS``, so memory does not grow with the batch; while the helper checks one job the
leader prepares the next. Every step is on disk before the following one: after a crash on either side, collecting again
goes on where it stopped and comes to the same sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from aggregator.channel import HelperChannel
from aggregator.errors import HelperRefusedError, StudyAbandonedError
from aggregator.leader import Leader, LeaderStudy
from aggregator.noise import discrete_gaussian
from aggregator.releases import Release, decode_release, encode_release, make_release
from vocab import wire
from vocab.errors import InvalidShareError
from vocab.vdaf.encoding import decode_total, prio3_for
from vocab.vdaf.field import Elements, elements
from vocab.vdaf.prio3 import NONCE_BYTES, VerifierState

__all__ = ["collect"]

WHO = 0
"""The leader's number among the aggregators."""


def collect(leader: Leader, task: bytes, channel: HelperChannel, named: Iterable[bytes] | None = None) -> Release:
    """The release of a study; a study that is released already gives the same release again.

    Closes the batch (``Leader.close_batch``), with ``named`` to these reports alone; named reports are released once.
    BatchTooSmallError, while the batch stays open, if it holds fewer reports than the study's minimum;
    StudyAbandonedError if too few of them are valid, or nobody collected in time: then both servers erase the reports;
    HelperUnreachableError if the helper is away: collect again.
    """
    run = _Collection(leader, task, channel)
    released = run.released() if named is None else None
    try:
        return released or run.finish(None if named is None else frozenset(named))
    except StudyAbandonedError:
        released = run.released()
        if released is None:
            raise
        return released  # another process came first, and erased the reports while this one read them


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A job with what the leader remembers of its reports; ``job`` is None if it could read none of them."""

    number: int
    size: int
    states: dict[bytes, VerifierState]
    job: wire.Job | None


class _Collection:
    def __init__(self, leader: Leader, task: bytes, channel: HelperChannel) -> None:
        self._leader, self._task, self._channel = leader, task, channel
        self._held: LeaderStudy = leader.study(task)
        self._vdaf = prio3_for(self._held.study)

    def released(self) -> Release | None:
        with self._leader.database.reading() as rows:
            query = "SELECT document FROM releases WHERE task = ?"
            found = rows.execute(query, (self._task,)).fetchone()
        return None if found is None else decode_release(found[0])

    def finish(self, named: frozenset[bytes] | None) -> Release:
        try:
            self._leader.close_batch(self._task, named)
        except StudyAbandonedError:
            self._tell_abandoned()  # again: the helper may have been away the first time
            raise
        with ThreadPoolExecutor(max_workers=1) as sender:
            waiting: tuple[_Prepared, Future[bytes] | None] | None = None
            for prepared in self._jobs():
                sent = None if prepared.job is None else sender.submit(self._send, prepared.job)
                if waiting is not None:
                    self._settle(*waiting)
                waiting = (prepared, sent)
            if waiting is not None:
                self._settle(*waiting)
        return self._release()

    def _jobs(self) -> Iterator[_Prepared]:
        """The jobs that are not settled yet, each prepared when asked for."""
        with self._leader.database.reading() as rows:
            done = {row[0] for row in rows.execute("SELECT number FROM jobs WHERE task = ?", (self._task,))}
        names = self._leader.batch(self._task)
        for number, start in enumerate(range(0, len(names), wire.JOB_REPORTS)):
            if number not in done:
                yield self._prepare(number, names[start : start + wire.JOB_REPORTS])

    def _prepare(self, number: int, names: list[bytes]) -> _Prepared:
        states: dict[bytes, VerifierState] = {}
        entries: list[wire.JobEntry] = []
        for name in names:
            with self._leader.database.reading() as rows:
                query = "SELECT body FROM reports WHERE task = ? AND report = ?"
                found = rows.execute(query, (self._task, name)).fetchone()
            if found is None:
                raise StudyAbandonedError("the study was given up meanwhile")
            report = wire.decode(found[0], wire.Report)
            try:
                states[name], verifier = self._vdaf.verify_init(
                    self._held.verify_key, WHO, name, report.public_share, report.leader_share
                )
            except InvalidShareError:
                continue
            entries.append(
                wire.JobEntry(
                    report_id=name,
                    public_share=report.public_share,
                    sealed_share=report.sealed_share,
                    verifier_share=verifier,
                )
            )
        job = wire.Job(task_id=self._task, number=number, entries=tuple(entries)) if entries else None
        return _Prepared(number, len(names), states, job)

    def _send(self, job: wire.Job) -> bytes:
        return self._channel.put(wire.job_path(self._task, job.number), wire.encode(job))

    def _settle(self, prepared: _Prepared, sent: Future[bytes] | None) -> None:
        """Add the accepted reports of a job to the sum, once."""
        entries = prepared.job.entries if prepared.job else ()
        verdicts = wire.decode(sent.result(), wire.JobAnswer).verdicts if sent else ()
        if len(verdicts) != len(entries):
            raise HelperRefusedError("the helper's answer does not fit the job")
        accepted: list[bytes] = []
        outputs: list[Elements] = []
        for entry, verdict in zip(entries, verdicts, strict=True):
            if verdict.outcome is wire.Outcome.ACCEPTED:
                outputs.append(self._output(prepared.states[entry.report_id], verdict.message))
                accepted.append(entry.report_id)
        with self._leader.database.transaction() as rows:
            job = (self._task, prepared.number, b"".join(accepted), prepared.size - len(accepted))
            added = rows.execute("INSERT OR IGNORE INTO jobs VALUES (?, ?, ?, ?)", job).rowcount
            if added and outputs:
                found = rows.execute("SELECT share FROM totals WHERE task = ?", (self._task,)).fetchone()
                before = [self._vdaf.field.decode(found[0])] if found else []
                total = np.sum([*before, *outputs], axis=0) % self._vdaf.field.prime
                share = self._vdaf.field.encode(total)
                rows.execute("INSERT OR REPLACE INTO totals VALUES (?, ?)", (self._task, share))

    def _output(self, state: VerifierState, message: bytes) -> Elements:
        try:
            return self._vdaf.finish(state, message)
        except InvalidShareError as error:
            raise HelperRefusedError("the helper counted a report that does not hold here") from error

    def _release(self) -> Release:
        """Fetch the helper's half, add noise to ours, keep the release and erase the reports."""
        study, field = self._held.study, self._vdaf.field
        accepted, rejected = self._counts()
        if len(accepted) < study.min_batch:
            self._leader.abandon(self._task)
            self._tell_abandoned()
            raise StudyAbandonedError("too few reports were valid: the study is given up and its reports are erased")
        asked = wire.Collection(task_id=self._task, accepted=len(accepted), checksum=wire.checksum(accepted))
        answer = self._channel.put(wire.collection_path(self._task), wire.encode(asked))
        helper_share = field.decode(wire.decode(answer, wire.AggregateShare).share)
        if len(helper_share) != self._vdaf.circuit.output_length:
            raise HelperRefusedError("the helper's share has a wrong length")
        with self._leader.database.transaction() as rows:
            known = rows.execute("SELECT document FROM releases WHERE task = ?", (self._task,)).fetchone()
            if known is not None:  # another process came first: its noise counts, ours was never seen
                return decode_release(known[0])
            share = rows.execute("SELECT share FROM totals WHERE task = ?", (self._task,)).fetchone()
            if share is None:
                raise StudyAbandonedError("the study was given up meanwhile")
            own = (field.decode(share[0]) + discrete_gaussian(study.noise.variance, len(helper_share))) % field.prime
            total = elements(self._vdaf.unshard([own, helper_share]))
            values = decode_total(study, total.tolist(), len(accepted))
            shares = (field.encode(own), field.encode(helper_share))
            release = make_release(study, values, reports=len(accepted), shares=shares, published=self._leader.now())
            row = (release.id, self._task, encode_release(release), field.encode(total), len(accepted), rejected)
            rows.execute("INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?)", row)
            rows.execute("UPDATE studies SET state = 'released' WHERE task = ?", (self._task,))
            rows.execute("DELETE FROM reports WHERE task = ?", (self._task,))
            rows.execute("DELETE FROM totals WHERE task = ?", (self._task,))
        return release

    def _tell_abandoned(self) -> None:
        self._channel.put(wire.abandonment_path(self._task), b"")

    def _counts(self) -> tuple[list[bytes], int]:
        with self._leader.database.reading() as rows:
            found = rows.execute("SELECT accepted, rejected FROM jobs WHERE task = ?", (self._task,)).fetchall()
        names = [ids[i : i + NONCE_BYTES] for ids, _ in found for i in range(0, len(ids), NONCE_BYTES)]
        return names, sum(rejected for _, rejected in found)
