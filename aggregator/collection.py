"""Collecting a study: close the batch, check every proof together with the helper, add noise, release.

Reports go in jobs of ``wire.JOB_REPORTS``, several at a time: while the helper checks some the leader prepares others,
and memory does not grow with the batch. Every step is on disk before the following one: after a crash on either side,
collecting again goes on where it stopped and comes to the same sum.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from aggregator.channel import HelperChannel
from aggregator.errors import HelperRefusedError, OneIssuerError, StudyAbandonedError, VerifierLostError
from aggregator.leader import Leader, LeaderStudy
from aggregator.noise import discrete_gaussian
from aggregator.releases import Release, decode_release, encode_release, make_release
from aggregator.store import SET_TOTAL
from aggregator.verifying import LeaderLot, LeaderOutcome, LeaderReport, check_leader_lot, in_lots, sum_shares
from vocab import wire
from vocab.vdaf.encoding import decode_total, prio3_for
from vocab.vdaf.field import Vector, elements
from vocab.vdaf.prio3 import NONCE_BYTES

__all__ = ["collect"]

ATTEMPTS = 3
"""How often a job is prepared whose processes end before their answer."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A job, ``size`` reports; ``job`` is None if the leader could read none of them.

    ``messages`` is what the helper must say of each entry it accepts, ``total`` the sum of all entries' output shares.
    """

    number: int
    size: int
    job: wire.Job | None
    messages: tuple[bytes, ...]
    total: Vector


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
        under_way: set[Future[None]] = set()
        at_a_time = 2 + self._leader.verifier.workers // 2  # a job is a few lots; the helper has some in hand, too
        with ThreadPoolExecutor(at_a_time) as threads:
            for number, names in self._jobs():
                if len(under_way) == at_a_time:
                    done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    _raise_first(done)
                under_way.add(threads.submit(self._sum, number, names))
        _raise_first(under_way)
        return self._release()

    def _jobs(self) -> Iterator[tuple[int, list[bytes]]]:
        """Numbers and report ids of the jobs that are not settled yet."""
        with self._leader.database.reading() as rows:
            done = {row[0] for row in rows.execute("SELECT number FROM jobs WHERE task = ?", (self._task,)).fetchall()}
        names = self._leader.batch(self._task)
        for number, start in enumerate(range(0, len(names), wire.JOB_REPORTS)):
            if number not in done:
                yield number, names[start : start + wire.JOB_REPORTS]

    def _sum(self, number: int, names: list[bytes]) -> None:
        """Check a job with the helper and add its reports to the sum."""
        prepared = self._prepare(number, names)
        answer = None if prepared.job is None else self._channel.put(_path(prepared.job), wire.encode(prepared.job))
        self._settle(prepared, answer)

    def _prepare(self, number: int, names: list[bytes]) -> _Prepared:
        sealed: dict[bytes, tuple[bytes, bytes]] = {}

        def read(name: bytes) -> LeaderReport:
            report = self._report(name)
            sealed[name] = report.public_share, report.sealed_share
            return _share(report)

        outcomes = self._check(names, read)
        entries, messages = [], []
        checks = [pair for one in outcomes for pair in zip(one.verifier_shares, one.messages, strict=True)]
        for name, (verifier, message) in zip(names, checks, strict=True):
            if verifier is None or message is None:
                continue
            public, share = sealed[name]
            messages.append(message)
            entries.append(
                wire.JobEntry(report_id=name, public_share=public, sealed_share=share, verifier_share=verifier)
            )
        return _Prepared(
            number=number,
            size=len(names),
            job=wire.Job(task_id=self._task, number=number, entries=tuple(entries)) if entries else None,
            messages=tuple(messages),
            total=sum_shares(self._vdaf, [outcome.total for outcome in outcomes]),
        )

    def _check(self, names: list[bytes], read: Callable[[bytes], LeaderReport]) -> list[LeaderOutcome]:
        """The leader's half of the proof checks, each lot read when there is room for it."""
        for attempt in range(1, ATTEMPTS + 1):
            lots = (
                LeaderLot(
                    manifest=self._held.manifest.encode(),
                    verify_key=self._held.verify_key,
                    reports=tuple(map(read, lot)),
                )
                for lot in in_lots(names)
            )
            try:
                return self._leader.verifier.check(check_leader_lot, lots)
            except VerifierLostError:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def _report(self, name: bytes) -> wire.Report:
        with self._leader.database.reading() as rows:
            query = "SELECT body FROM reports WHERE task = ? AND report = ?"
            found = rows.execute(query, (self._task, name)).fetchone()
        if found is None:
            raise StudyAbandonedError("the study was given up meanwhile")
        return wire.decode(found[0], wire.Report)

    def _settle(self, prepared: _Prepared, answer: bytes | None) -> None:
        """Add the accepted reports of a job to the sum, once."""
        entries = prepared.job.entries if prepared.job else ()
        verdicts = wire.decode(answer, wire.JobAnswer).verdicts if answer else ()
        if len(verdicts) != len(entries):
            raise HelperRefusedError("the helper's answer does not fit the job")
        accepted: list[bytes] = []
        refused: list[bytes] = []
        for entry, verdict, message in zip(entries, verdicts, prepared.messages, strict=True):
            if verdict.outcome is not wire.Outcome.ACCEPTED:
                refused.append(entry.report_id)
                continue
            if not hmac.compare_digest(verdict.message, message):
                raise HelperRefusedError("the helper counted a report that does not hold here")
            accepted.append(entry.report_id)
        added = self._without(prepared.total, refused) if accepted else None
        with self._leader.database.transaction() as rows:
            job = (self._task, prepared.number, b"".join(accepted), prepared.size - len(accepted))
            query = "INSERT INTO jobs VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
            if rows.execute(query, job).rowcount and added is not None:
                found = rows.execute("SELECT share FROM totals WHERE task = ?", (self._task,)).fetchall()
                before = sum_shares(self._vdaf, [share for (share,) in found])
                rows.execute(SET_TOTAL, (self._task, (before + added).encode()))

    def _without(self, total: Vector, refused: list[bytes]) -> Vector:
        """The sum less the output shares of these reports, which are read again: few are refused."""
        outcomes = self._check(refused, lambda name: _share(self._report(name)))
        return total - sum_shares(self._vdaf, [outcome.total for outcome in outcomes])

    def _release(self) -> Release:
        """Fetch the helper's half, add noise to ours, keep the release and erase the reports."""
        study, field = self._held.study, self._vdaf.field
        accepted, rejected = self._counts()
        if len(accepted) < study.min_batch:
            raise self._give_up("too few reports were valid")
        asked = wire.Collection(task_id=self._task, accepted=len(accepted), checksum=wire.checksum(accepted))
        try:
            answer = self._channel.put(wire.collection_path(self._task), wire.encode(asked))
        except OneIssuerError as error:
            raise self._give_up("one pod operator vouches for more than half of the valid reports") from error
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
            rows.execute("INSERT INTO releases VALUES ((SELECT count(*) FROM releases), ?, ?, ?, ?, ?, ?)", row)
            rows.execute("UPDATE studies SET state = 'released' WHERE task = ?", (self._task,))
            rows.execute("DELETE FROM reports WHERE task = ?", (self._task,))
            rows.execute("DELETE FROM totals WHERE task = ?", (self._task,))
        return release

    def _give_up(self, why: str) -> StudyAbandonedError:
        self._leader.abandon(self._task)
        self._tell_abandoned()
        return StudyAbandonedError(f"{why}: the study is given up and its reports are erased")

    def _tell_abandoned(self) -> None:
        self._channel.put(wire.abandonment_path(self._task), b"")

    def _counts(self) -> tuple[list[bytes], int]:
        with self._leader.database.reading() as rows:
            found = rows.execute("SELECT accepted, rejected FROM jobs WHERE task = ?", (self._task,)).fetchall()
        names = [ids[i : i + NONCE_BYTES] for ids, _ in found for i in range(0, len(ids), NONCE_BYTES)]
        return names, sum(rejected for _, rejected in found)


def _path(job: wire.Job) -> str:
    return wire.job_path(job.task_id, job.number)


def _share(report: wire.Report) -> LeaderReport:
    return LeaderReport(report_id=report.report_id, public_share=report.public_share, leader_share=report.leader_share)


def _raise_first(done: Iterable[Future[None]]) -> None:
    for future in done:
        future.result()
