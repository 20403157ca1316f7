"""Home: the agent's folder with whatever pod it has, for what changes that pod as a whole.

Linking, moving, exporting and erasing begin and end outside an open ``Agent``: whoever has one open on this folder
closes it before, and opens what is there afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pod_agent.agent import Agent
from pod_agent.config import Settings, load_settings
from pod_agent.pods.login.secrets import system_keyring
from pod_agent.pods.opening import EMBEDDED
from pod_agent.pods.solid import SolidPod
from vocab.errors import ProjectError

if TYPE_CHECKING:
    from pod_agent.pods.linking import Linking, LinkState, Unlinked
    from pod_agent.portability.archive import Archive
    from pod_agent.portability.erasing import Erased, Failure
    from pod_agent.portability.moving import Moved
    from pod_agent.portability.source_erasing import ErasedSource

__all__ = ["Home", "Progress"]

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is; 0 where nobody knows."""

_OVER = frozenset({"withdrawn", "expired"})


def _silent(what: str, done: int, total: int) -> None:
    """No progress is shown."""


class Home:
    """The folder of one agent. Nothing is kept open between two calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return load_settings(self.folder)

    def open(self) -> Agent | None:
        """The agent of this home, up to date with what this machine knows of the pod; None where there is no pod."""
        if not self.settings.pod:
            return None
        agent = Agent.open(self.folder)
        try:
            agent.refresh()
        except BaseException:
            agent.close()
            raise
        return agent

    # The pod and the login to it

    def state(self) -> LinkState:
        """How home and pod stand, and whether the pod answers; see ``link_state``."""
        from pod_agent.pods.linking import link_state

        return link_state(self.folder, system_keyring())

    def login_ends(self) -> datetime | None:
        """When the login of a linked home ends; None where nobody knows. Asks no server."""
        from pod_agent.pods.linking import login_ends

        ends = login_ends(self.folder, self.settings.webid, system_keyring())
        return None if ends is None else datetime.fromtimestamp(ends, UTC)

    def create(self) -> None:
        """Make a folder on this machine the pod; UsageError where a server is linked."""
        Agent.create(self.folder).close()

    def move_target(self) -> str:
        """The pod on the server that a move was begun to, empty where there is none."""
        from pod_agent.portability.moving import target_home

        folder = target_home(self.folder)
        return load_settings(folder).pod if (folder / "settings.toml").is_file() else ""

    def begin_link(self, address: str, redirect_uri: str, *, move: bool = False) -> Linking:
        """Begin a link by a login in the browser, or with ``move`` one with the server to move the pod to."""
        from pod_agent.pods.linking import begin_link
        from pod_agent.portability.moving import forget_target, require_movable, target_home

        folder = self.folder
        if move:
            require_movable(self.folder)
            forget_target(self.folder, system_keyring())
            folder = target_home(self.folder)
        return begin_link(folder, address, redirect_uri)

    def finish_link(self, linking: Linking, answer: str) -> Settings:
        """Take the answer that the browser brought, try the login out and keep it; see ``linking.finish_link``."""
        from pod_agent.pods.linking import finish_link

        return finish_link(linking, answer, system_keyring())

    def unlink(self) -> Unlinked:
        """End and forget the login; the records stay in the pod."""
        return Agent.unlink(self.folder)

    def move(self, *, embedded: bool, withdraw_shares: bool = False, progress: Progress = _silent) -> Moved:
        """Move the pod onto this machine, or to the server that ``begin_link`` with ``move`` led to; see ``move``."""
        from pod_agent.portability.moving import move

        if withdraw_shares:
            with Agent.open(self.folder) as agent:
                _end_shares(agent)
        return move(self.folder, embedded=embedded, keyring=system_keyring(), advance=progress)

    def left_copies(self) -> list[str]:
        """Where moves have left copies of the pod. Asks no server."""
        from pod_agent.portability.moving import left_copies

        return [copy.root for copy in left_copies(self.folder, system_keyring()) if copy.state == "left"]

    def remove_old(self, *, progress: Progress = _silent) -> Moved:
        """Remove the copies that moves have left, for good."""
        from pod_agent.portability.moving import move, stay

        embedded = self.settings.pod == EMBEDDED
        if not embedded:
            stay(self.folder, system_keyring())
        return move(self.folder, embedded=embedded, keyring=system_keyring(), remove_old=True, advance=progress)

    # Leaving

    def export(self, agent: Agent, form: str, *, source: str = "", progress: Progress = _silent) -> Archive:
        """Everything in the pod of this open agent, or all of one source, as a zip file; see ``exporting.Format``."""
        from pod_agent.portability.archive import archive, forget_archives
        from pod_agent.portability.exporting import Format
        from pod_agent.portability.selection import Selection

        forget_archives(self.folder)
        progress("Looking at the pod", 0, 0)
        agent.sync()
        return archive(
            self.folder,
            agent.pod,
            agent.index,
            agent.settings.local_zone,
            Format(form),
            today=agent.today(),
            selection=Selection(sources=frozenset([source] if source else [])),
            advance=lambda done, total: progress("Writing documents", done, total),
        )

    def exports(self) -> list[Path]:
        """Exports that lie in the home itself, so that erasing the home takes them along."""
        from pod_agent.portability.home_files import exports_in

        return exports_in(self.folder)

    def forget_exports(self) -> None:
        """Remove zip files that nobody took."""
        from pod_agent.portability.archive import forget_archives

        forget_archives(self.folder)

    def erase(self, *, keep_exported: bool = False, leave_behind: bool = False, progress: Progress = _silent) -> Erased:
        """Remove every pod of this home, its logins and all that the agent keeps here; see ``erasing.erase``.

        What others hold is ended first: grants, reports that were not summed yet, shares.
        """
        from pod_agent.portability.erasing import Erased, erase

        if not self.folder.is_dir():
            return Erased(proof=[(f"the folder {self.folder}", True, "it does not exist")])
        self.forget_exports()
        progress("Ending what others hold", 0, 0)
        return erase(
            self.folder,
            keyring=system_keyring(),
            failures=self._end_outside(),
            keep_exported=keep_exported,
            leave_behind=leave_behind,
            advance=lambda what, done: progress(what, done, 0),
        )

    def erase_source(self, source: str) -> ErasedSource:
        """Remove all that came from one source, and what is remembered of it; see ``source_erasing``."""
        from pod_agent.portability.source_erasing import erase_source, forget_indexed, forget_local

        with Agent.open(self.folder) as agent:
            agent.sync()
            done = erase_source(agent.pod, self.folder, source, agent.index.transactions())
            forget_indexed(agent.index, source)
        forget_local(self.folder, done)
        with Agent.open(self.folder) as agent:
            left = sum(each.records for each in agent.coverage() if each.source == source)
            done.proof.append(("the index, made anew", not left, f"{left} records"))
        return done

    def _end_outside(self) -> list[Failure]:
        """End what others hold. What could not be ended now."""
        from pod_agent.portability.erasing import Failure

        if not self.settings.pod:
            return []
        try:
            with Agent.open(self.folder) as agent:
                failures = [*_end_grants(agent)]
                try:
                    _end_shares(agent)
                except ProjectError as error:
                    failures.append(Failure.of("shares", error))
                return failures
        except ProjectError as error:
            return [Failure.of("grants and shares", error)]


def _end_grants(agent: Agent) -> Iterator[Failure]:
    from pod_agent.portability.erasing import Failure

    live = [each["grant"] for each in agent.grants() if each["status"] not in _OVER]
    told = [agent.withdraw(grant) for grant in live]
    if not (all(told) and agent.consents.catch_up()):
        message = "reports that were sent under your grants could not be taken back yet"
        hint = "Run the same command later; --leave-behind goes on without."
        yield Failure(what="reports of studies", code="server_unreachable", message=message, hint=hint)


def _end_shares(agent: Agent) -> None:
    if not isinstance(agent.pod, SolidPod):
        return
    for each in agent.shares.listed():
        if each["status"] not in _OVER:
            agent.shares.withdraw(each["grant"])
    agent.shares.catch_up()
