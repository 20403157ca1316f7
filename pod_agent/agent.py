"""Agent: the person's side as one object, opened on a home folder; the command line and the pages use nothing else.

Here, and only here, record IRIs are made absolute for people and taken back (docs/decisions/0001).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pod_agent.config import Settings, load_settings, save_settings
from pod_agent.errors import UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.index.showing import shown_of
from pod_agent.ingest.meaning import Corrected, Meanings
from pod_agent.ingest.pipeline import ImportReport, Ingest, Progress, UndoReport
from pod_agent.ingest.provenance import import_ids, import_summary, read_import
from pod_agent.ingest.registering import keep_registered
from pod_agent.ingest.syncing.folder import FolderSync
from pod_agent.ingest.syncing.forgetting import forget_known
from pod_agent.ingest.syncing.sync import ServerSync, SyncProgress, SyncReport
from pod_agent.pods.login.secrets import system_keyring
from pod_agent.pods.opening import EMBEDDED, open_pod
from pod_agent.pods.pod import Pod
from pod_agent.storage import make_private_folder
from vocab.query import QuerySpec, Table
from vocab.records import IRI

if TYPE_CHECKING:
    from threading import Event

    from pod_agent.assistant.assistant import Assistant
    from pod_agent.errors import PodError
    from pod_agent.federation.consents import Consents
    from pod_agent.federation.desk import Desk
    from pod_agent.federation.studies import Outcome, Request
    from pod_agent.federation.taking_part import Training
    from pod_agent.index.entities import Coverage, Origin
    from pod_agent.ingest.tables import Tables
    from pod_agent.models.anomaly_flags import Flag
    from pod_agent.models.outlook import Outlook
    from pod_agent.models.subscriptions import Subscription
    from pod_agent.offers.desk import OfferDesk
    from pod_agent.offers.match import OfferMatch
    from pod_agent.pods.linking import Linking, Unlinked
    from pod_agent.sharing.shares import Shares
    from pod_agent.suggesting.desk import SuggestionDesk
    from pod_agent.suggesting.opening import Desks
    from vocab.answer import Answer

__all__ = ["Agent", "ImportReport", "Progress", "SyncReport", "UndoReport"]


class Agent:
    """One person's agent; close it, or use it in a ``with`` statement.

    ``pod`` holds the records and is the truth, ``index`` answers from them, ``meanings`` is the person's word on them.
    """

    def __init__(self, home: Path, settings: Settings, pod: Pod, index: LocalIndex) -> None:
        self.home = home
        self.settings = settings
        self.pod = pod
        self.index = index
        keep = FolderSync if settings.pod == EMBEDDED else ServerSync
        self._sync = keep(pod, index, home, settings.local_zone)
        self._ingest = Ingest(self._sync.pod, home, zone=settings.local_zone)
        self.meanings = Meanings(self._sync.pod, index, settings.local_zone)
        self._consents: Consents | None = None
        if index.is_new:
            self.rebuild_index()
        elif settings.pod == EMBEDDED:
            self._ingest.recover()
            self.refresh()

    @classmethod
    def create(cls, home: Path) -> Agent:
        """Make an embedded pod in this home, or open the one that is there; UsageError where a server is linked."""
        make_private_folder(home)
        settings = load_settings(home)
        if settings.pod not in {"", EMBEDDED}:
            raise UsageError(f"this home is linked to {settings.pod}", hint="Use another --home for another pod.")
        save_settings(home, pod=EMBEDDED)
        return cls.open(home)

    @classmethod
    def link(cls, home: Path, webid: str, client_id: str, client_secret: str, *, storage: str | None = None) -> Agent:
        """Keep the records on the Solid server of this WebID; the login is tried before anything is stored."""
        from pod_agent.pods.linking import link_with_secret

        link_with_secret(home, webid, client_id, client_secret, keyring=system_keyring(), storage=storage)
        return cls._open_fresh(home)

    @classmethod
    def begin_link(
        cls, home: Path, address: str, redirect_uri: str, *, storage: str | None = None, client: str = ""
    ) -> Linking:
        """Begin a link by logging in at the ``authorization_url`` of what this gives; see ``linking.begin_link``."""
        from pod_agent.pods.linking import begin_link

        return begin_link(home, address, redirect_uri, storage=storage, client=client)

    @classmethod
    def finish_link(cls, linking: Linking, answer: str) -> Agent:
        """Finish a link with the query that the browser was sent back with; the login is tried before it is stored."""
        from pod_agent.pods.linking import finish_link

        finish_link(linking, answer, system_keyring())
        return cls._open_fresh(linking.home)

    @classmethod
    def unlink(cls, home: Path) -> Unlinked:
        """End and forget the login of a linked home, and drop its index; the records stay in the pod."""
        from pod_agent.pods.linking import unlink

        undone = unlink(home, system_keyring())
        forget_known(home)
        return undone

    @classmethod
    def _open_fresh(cls, home: Path) -> Agent:
        agent = cls.open(home)
        agent.refresh()  # the index may be that of a pod which was linked before
        return agent

    @classmethod
    def open(cls, home: Path) -> Agent:
        """Open the agent of this home; NotInitialisedError where there is none yet."""
        settings = load_settings(home)
        pod = open_pod(settings, home, system_keyring() if settings.pod not in {"", EMBEDDED} else None)
        index = LocalIndex(home / "index.sqlite", settings.local_zone)
        return cls(home, settings, pod, index)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index and all connections."""
        if "assistant" in vars(self):
            self.assistant.close()
        if self._consents is not None:
            self._consents.close()
        self.index.close()
        self._sync.close()
        self.pod.close()

    def today(self) -> date:
        """This day in the person's zone."""
        return datetime.now(self.settings.local_zone).date()

    # Records in

    def import_paths(
        self, paths: Sequence[Path], *, dry_run: bool = False, progress: Progress | None = None
    ) -> ImportReport:
        """Read exports into the pod and the index; a dry run writes nothing and tells what it would write.

        Unrecognised- or RefusedExportError where nothing of it can be read; after a PodError the next goes on there.
        """
        if not dry_run:
            self._sync.catch_up()
        report = self._ingest.run(paths, dry_run=dry_run, progress=progress)
        if not dry_run:
            self._take_in()
        return report

    @property
    def tables(self) -> Tables:
        """What the person said of the columns of other tables, and the sources read by it."""
        from pod_agent.ingest.tables import Tables

        return Tables(self.pod, self._ingest, self.settings.local_zone)

    def import_table(self, source: str, name: str, **options: Any) -> ImportReport:
        """Import a database's answer or an object of a store by a mapping; see ``Tables.bring``."""
        self._sync.catch_up()
        report = self.tables.bring(source, name, **options)
        self._take_in()
        return report

    def follow(self, brokers: str, topic: str, name: str, **options: Any) -> Iterator[ImportReport]:
        """Import a topic as it comes; see ``Tables.follow``."""
        for report in self.tables.follow(brokers, topic, name, **options):
            self._take_in()
            yield report

    def imports(self) -> list[dict[str, Any]]:
        """Every import that wrote something, oldest first: its id, when it was, its counts, its number of warnings."""
        return [import_summary(self.pod, import_id) for import_id in import_ids(self.pod)]

    def import_entry(self, import_id: str) -> dict[str, Any]:
        """The whole report of one import; UsageError where there is none."""
        return read_import(self.pod, import_id).to_json()

    def undo_import(self, import_id: str) -> UndoReport:
        """Take back exactly what an import brought; what the person edited stays. UsageError where there is none."""
        self._sync.catch_up()
        report = self._ingest.undo(import_id)
        self.refresh()
        self.assistant.searching.forget()
        return report

    def rejected(self, import_id: str) -> list[dict[str, Any]]:
        """The rows that an import could not read, with their raw text: kept on this machine only, maybe none."""
        return self._ingest.rejected(import_id)

    def refresh(self) -> None:
        """Bring the index up to what this machine knows of the pod; quick where nothing changed."""
        self._sync.refresh()

    def sync(self, *, full: bool = False, put_back: bool = False, progress: SyncProgress | None = None) -> SyncReport:
        """Bring pod and home together: finish imports, take over what others wrote, mend it; see ``ServerSync.run``."""
        report = self._sync.run(full=full, put_back=put_back, progress=progress)
        report.notes += self.end_shares()
        self.assistant.searching.forget()
        return report

    def watch(self, seconds: float, stop: Event) -> Iterator[SyncReport | PodError]:
        """Sync now, whenever the pod tells of a change, and at least every so many seconds, until ``stop`` is set."""
        from pod_agent.ingest.syncing.watching import watch

        return watch(self.sync, self._sync.listen, seconds=seconds, stop=stop)

    def rebuild_index(self) -> int:
        """Read the pod again into an empty index, after finishing an import that was cut off; the number of records."""
        return self._sync.rebuild()

    def correct(self, iri: str, category: str, *, merchant: str | None = None, only_this: bool = False) -> Corrected:
        """Say what a transaction is, for it and, but for ``only_this``, all alike; see ``Meanings.correct``."""
        return self.meanings.correct(self._relative(iri), category, merchant=merchant, only_this=only_this)

    # Figures out

    def query(self, spec: QuerySpec, *, evidence: bool = True) -> Table:
        """Answer a query; with ``evidence`` every row names its records (absolute IRIs)."""
        table = self.index.run(spec, evidence=evidence)
        return replace(table, evidence=tuple(self._absolute(iris) for iris in table.evidence))

    def coverage(self) -> tuple[Coverage, ...]:
        """What is held: first and last day and number of records per source and kind."""
        return self.index.coverage()

    def origins(self, source: str) -> tuple[Origin, ...]:
        """The files that the records of a source were read from, with the import of each and how many."""
        return self.index.origins(source)

    @cached_property
    def assistant(self) -> Assistant:
        """Questions in words: answers, follow-up questions, search, and what the person taught it."""
        from pod_agent.assistant.assistant import Assistant, Place
        from pod_agent.federation.stores import message_gate

        place = Place(self.home, self.index, self._sync, self.today, self._relative, self._absolute)
        return Assistant(place, self.settings, lambda: self.offer_desk, lambda: message_gate(self.home, self.pod))

    def ask(self, question: str, today: date | None = None) -> Answer:
        """Answer a question in words, or say what is missing; citations are absolute IRIs."""
        return self.assistant.ask(question, today)

    @property
    def offer_desk(self) -> OfferDesk:
        """The catalogue of offers beside the person's records."""
        return self._desks.offers

    def offers(self) -> list[OfferMatch]:
        """Offers of the catalogue in the settings that fit what the person buys, best first; none without one."""
        return self.offer_desk.matches()

    @property
    def suggestions(self) -> SuggestionDesk:
        """What to buy, hear and watch next; shared models are fetched first, at most once a day."""
        if self.settings.aggregator:
            self.consents.freshen_models()
        return self._desks.suggestions

    @property
    def _desks(self) -> Desks:
        from pod_agent.suggesting.opening import Desks

        return Desks(self.home, self.settings, self.index, self._sync, self.today(), self._relative, self._absolute)

    def subscriptions(self, today: date | None = None) -> list[Subscription]:
        """What is charged again every month or year up to this day, by name, with absolute IRIs of the charges."""
        from pod_agent.models.subscriptions import subscriptions_of

        return subscriptions_of(self.index, today or self.today(), self._absolute)

    def flags(self, today: date | None = None) -> list[Flag]:
        """Purchases of late that are strange for the person, strangest first, with absolute IRIs and reasons."""
        from pod_agent.models.anomaly_flags import flags_of

        return flags_of(self.index, self.settings.local_zone, today or self.today(), self._absolute)

    def forecast(self, weeks: int = 4, today: date | None = None) -> Outlook:
        """What will probably be spent in the next weeks, with ranges; TooLittleHistoryError where nobody can say."""
        from pod_agent.models.outlook import outlook_of

        return outlook_of(self.index, today or self.today(), weeks)

    def show(self, iris: Iterable[str]) -> list[dict[str, Any]]:
        """Records with the file, member and line each was read from; UnknownRecordError for one that is not held."""
        return shown_of(self.index, map(self._relative, iris), self.pod.root, self.settings.local_zone)

    # What may leave

    @property
    def consents(self) -> Consents:
        """Studies, grants and the log: everything about what may leave this machine."""
        from pod_agent.federation.consents import Consents

        if self._consents is None:
            self._consents = Consents.kept(self.home, self.settings, self.pod, self.offer_desk.counted())
        return self._consents

    def requests(self) -> list[Request]:
        """Studies on offer; none where no aggregator is set, ServerUnreachableError where it does not answer."""
        return self.consents.requests() if self.settings.aggregator else []

    def request(self, name: str) -> Request:
        """The study whose task id begins with ``name``."""
        return self.consents.request(name)

    def give(
        self, name: str, until: date | None = None, max_epsilon: float | None = None, notice: str | None = None
    ) -> str:
        """Allow a study; the grant's identifier.

        ``notice`` is ``Request.notice`` of what the person was shown, None where a program shows nothing;
        NoticeChangedError where something else would leave by now.
        """
        return self.consents.give(name, until, max_epsilon, notice)

    def withdraw(self, grant: str) -> bool:
        """Withdraw a grant, at once and without needing a network; False where pod or servers learn of it later."""
        return self.consents.withdraw(grant) and self.consents.catch_up()

    def grants(self) -> list[dict[str, Any]]:
        """Every grant and how it stands."""
        return self.consents.grants()

    def audit(self) -> list[dict[str, Any]]:
        """Everything that left or was refused, in order; LogDamagedError where the chain does not hold."""
        return self.consents.audit()

    def answer_studies(self) -> list[Outcome]:
        """Send the report of every open study that was shown and allowed, while its grant stands."""
        return self.consents.answer_studies()

    @property
    def training(self) -> Training:
        """Taking part in training rounds."""
        from pod_agent.federation.taking_part import Training
        from pod_agent.federation.tokens import IssuerLogin
        from pod_agent.federation.training import lessons_of

        home, lessons = self.home, lessons_of(self.index, self.today, self.offer_desk.seen)
        return Training(
            home=home, consents=self.consents, login=lambda: IssuerLogin.kept(home, self.settings).auth, lessons=lessons
        )

    @property
    def shares(self) -> Shares:
        """What is shared with other WebIDs."""
        from pod_agent.federation.stores import direct_gate
        from pod_agent.sharing.shares import Shares

        gate, webid, zone = direct_gate(self.home, self.pod), self.settings.webid, self.settings.local_zone
        return Shares(home=self.home, pod=self.pod, index=self.index, webid=webid, zone=zone, gate=gate)

    def end_shares(self) -> list[str]:
        """End the shares whose day has come; sentences that tell of it. Asks nobody where there are none."""
        from pod_agent.sharing.ending import end_due

        return end_due(self.home, lambda: self.shares)

    @property
    def desk(self) -> Desk:
        """Limits, receipts and rights."""
        from pod_agent.federation.desk import Desk

        return Desk(self.consents, self.home, self.pod)

    def _take_in(self) -> None:
        """After an import: the index, and the kinds of record in the type index."""
        self.refresh()
        self.settings = keep_registered(self.home, self.settings, self.pod)

    def _relative(self, iri: str) -> IRI:
        return IRI(iri.removeprefix(self.pod.root))

    def _absolute(self, iris: Iterable[IRI]) -> tuple[IRI, ...]:
        return tuple(IRI(self.pod.root + iri) for iri in iris)
