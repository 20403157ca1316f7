"""Erasing a home and its pods, in an order that never loses what is needed to go on, and the proof that it is done.

Servers first, this machine last: as long as a server could not be told, the keys, logins and notes stay that it takes
to tell it later. Everything else goes at once.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pod_agent.config import Settings, load_settings
from pod_agent.errors import AgentError, PodError
from pod_agent.ingest.journal import exclusive
from pod_agent.pods.login.logins import BrowserLogin
from pod_agent.pods.login.oidc import revoke_login
from pod_agent.pods.login.secrets import Keyring, SecretStore
from pod_agent.pods.opening import EMBEDDED, embedded_folder, open_pod
from pod_agent.pods.pod import Pod
from pod_agent.pods.solid import SolidPod
from pod_agent.pods.webid.type_index import TypeIndex
from pod_agent.portability.copies import read_copies
from pod_agent.portability.home_files import FOR_REPEATING, remove_exports, remove_home, what_stays
from pod_agent.portability.moving import Opening, target_home
from pod_agent.portability.removing import Removed, folder_of, remove_pod
from vocab.errors import ProjectError

__all__ = ["Erased", "Failure", "erase"]

Advance = Callable[[str, int], None]
"""Told what is being removed, and how much of it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What could not be done, and what to do about it."""

    what: str
    code: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, what: str, error: ProjectError) -> Failure:
        """The failure that an error stands for."""
        return cls(what=what, code=error.code, message=str(error), hint=error.hint)

    def to_json(self) -> dict[str, str]:
        """The entry in the document of ``pod-agent erase --json``."""
        return {"what": self.what, "code": self.code, "message": self.message, "hint": self.hint}


@dataclass(slots=True)
class Erased:
    """What was removed and where, what could not be, what stayed because it is not the agent's, and the proof.

    ``proof`` holds what was looked at again after all was removed, and whether nothing was found there.
    """

    places: list[Removed] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    proof: list[tuple[str, bool, str]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the agent's is left."""
        return not self.failures and all(ok for _, ok, _ in self.proof)

    def to_json(self) -> dict[str, Any]:
        """The document of ``pod-agent erase --json``."""
        return {
            "complete": self.is_complete,
            "removed": [place.to_json() for place in self.places],
            "failed": [failure.to_json() for failure in self.failures],
            "kept": self.kept,
            "notes": self.notes,
            "proof": [{"check": check, "ok": ok, "detail": detail} for check, ok, detail in self.proof],
        }


def erase(
    home: Path,
    *,
    keyring: Keyring | None,
    failures: list[Failure],
    keep_exported: bool = False,
    leave_behind: bool = False,
    advance: Advance | None = None,
    opening: Opening = open_pod,
) -> Erased:
    """Remove every pod of this home, its logins, and all that the agent keeps here.

    ``failures`` are those of ending what others hold, which was tried before: while there are any, consents stay in
    the pod. ``keep_exported`` leaves exports that lie in the home; ``leave_behind`` goes on although servers do not
    answer. Nothing is raised for a server: see ``Erased.failures``, and call again.
    """
    told = advance or (lambda *_: None)
    done = Erased(failures=list(failures))
    waiting = bool(failures) and not leave_behind
    with exclusive(home / "ingest"):
        settings = load_settings(home)
        for pod_settings, where in _pods(home, settings):
            try:
                with contextlib.closing(opening(pod_settings, where, keyring)) as pod:
                    _erase_pod(done, pod, pod_settings.webid, told, spare_consents=waiting)
            except AgentError as error:
                done.failures.append(Failure.of(f"the pod {pod_settings.pod}", error))
        folder = embedded_folder(home)
        if folder.is_dir() and not folder.is_symlink() and not waiting:  # of a pod that no settings name any more
            with contextlib.closing(opening(Settings(pod=EMBEDDED), home, keyring)) as pod:
                done.places.append(remove_pod(pod))
        clear = not done.failures or leave_behind
        if clear:
            _end_logins(home, settings, keyring, done)
        told("Removing files of the agent", 0)
        local = remove_home(home, keep=() if clear else FOR_REPEATING)
        if not keep_exported:
            local.removed.update({"exports": sum(remove_exports(home).values())})
    local.removed.update(remove_home(home, keep=() if clear else FOR_REPEATING).removed)  # the lock itself
    done.places.append(local)
    _prove(home, keyring, settings, done, clear=clear)
    return done


def _pods(home: Path, settings: Settings) -> list[tuple[Settings, Path]]:
    """Every pod that this home has or left, with the folder in which its login is kept."""
    found = [] if not settings.pod else [(settings, home)]
    for copy in read_copies(home):
        pod = copy.root if copy.webid else EMBEDDED
        where = target_home(home) if copy.state == "copying" and copy.webid else home
        if pod != settings.pod:
            found.append((Settings(pod=pod, webid=copy.webid), where))
    return found


def _erase_pod(done: Erased, pod: Pod, webid: str, told: Advance, *, spare_consents: bool) -> None:
    if isinstance(pod, SolidPod) and webid:
        with contextlib.suppress(PodError):  # what cannot be read there names nothing but the container
            number = TypeIndex(pod.session, webid, pod.root).unregister()
            done.places.append(Removed("the private type index", Counter({"registrations": number})))
    for container in _containers(pod) if spare_consents else [""]:
        removed = remove_pod(pod, lambda number: told(f"Removing {pod.root}", number), container)
        done.places.append(removed)
        _judge(done, pod, removed)
    if not spare_consents:
        done.proof.append(_look_again(pod))


def _containers(pod: Pod) -> list[str]:
    """Containers of the pod that may go although others hold something: all but those of consent."""
    return [
        entry.path for entry in pod.list("") if entry.path.endswith("/") and entry.path not in {"consent/", "shared/"}
    ]


def _judge(done: Erased, pod: Pod, removed: Removed) -> None:
    """What stayed in a folder is not the agent's; what stayed on a server should have gone."""
    if folder_of(pod) is None and removed.stayed:
        message = f"{len(removed.stayed)} resources stay, first {removed.stayed[0]}"
        hint = "Remove them with your server's own pages, then run the command again."
        done.failures.append(Failure(what=f"the pod {pod.root}", code="pod_error", message=message, hint=hint))


def _look_again(pod: Pod) -> tuple[str, bool, str]:
    if isinstance(pod, SolidPod):
        status = pod.session.send("GET", pod.root, {"accept": "text/turtle"}).status_code
        return f"the container {pod.root}", status == HTTPStatus.NOT_FOUND, f"the server answers {status}"
    folder = folder_of(pod)
    there = folder is not None and folder.exists()
    return f"the folder {folder}", True, "only what is not the agent's is there" if there else "it does not exist"


def _end_logins(home: Path, settings: Settings, keyring: Keyring | None, done: Erased) -> None:
    """End every login at its identity provider as far as that can be, and forget it."""
    ended = Removed("logins")
    for folder in (home, target_home(home)):
        if not folder.is_dir():
            continue
        store = SecretStore(folder, keyring)
        named = {settings.webid, *(copy.webid for copy in read_copies(home)), load_settings(folder).webid} - {""}
        for webid in sorted(named):
            try:
                login = store.find(webid)
            except ProjectError as error:  # sealed by a passphrase that is not known: removed as a file
                done.notes.append(f"The login of {webid} could not be read ({error.code}); it was removed unread.")
                continue
            if isinstance(login, BrowserLogin) and not revoke_login(login):
                done.notes.append(f"{login.issuer} was not told that your login ended: it ends by itself.")
            elif login is not None and not isinstance(login, BrowserLogin):
                done.notes.append(f"Your client credentials are still known at {login.issuer}: remove them there.")
            if store.forget(webid):
                ended.removed["logins"] += 1
    if ended.removed:
        done.places.append(ended)


def _prove(home: Path, keyring: Keyring | None, settings: Settings, done: Erased, *, clear: bool) -> None:
    ours, done.kept = what_stays(home) if home.is_dir() else ([], [])
    if ours:
        detail = f"{len(ours)} files of the agent's stay" + ("" if clear else ", to go on with later")
    else:
        detail = f"only {len(done.kept)} files that are not the agent's" if done.kept else "nothing is there"
    done.proof.append((f"the folder {home}", not ours, detail))
    if keyring is not None and settings.webid:
        kept = keyring.get_password("pod-agent", str(home.resolve()))
        done.proof.append(("the system's keyring", kept is None, "one login" if kept else "no login of this home"))
