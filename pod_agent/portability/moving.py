"""Moving a home's pod: copied, compared, and only then switched to, by one write of the settings.

The login for a new server is kept in a folder of its own, ``moving/``, until the switch: a move that was cut off goes
on without another login, and the home stays what it was. At every moment the settings name one complete pod.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from pod_agent.config import Settings, load_settings, save_settings
from pod_agent.errors import NotInitialisedError, PodDamagedError, PodError, UsageError
from pod_agent.ingest.apply import apply
from pod_agent.ingest.journal import Journal, exclusive
from pod_agent.ingest.layout import is_document, read_document, walk
from pod_agent.ingest.manifest import load_manifest
from pod_agent.ingest.registering import register_kinds
from pod_agent.pods.login.secrets import Keyring, SecretStore
from pod_agent.pods.opening import EMBEDDED, open_pod
from pod_agent.pods.pod import Pod
from pod_agent.pods.solid import SolidPod
from pod_agent.pods.webid.type_index import TypeIndex
from pod_agent.portability.copies import Copy, forget_copy, note_copy, read_copies
from pod_agent.portability.copying import Copied, copy_pod, fingerprint, inventory
from pod_agent.portability.removing import Removed, remove_pod
from pod_agent.portability.selection import SHARED
from pod_agent.storage import make_private_folder

__all__ = [
    "Moved",
    "Opening",
    "forget_target",
    "left_copies",
    "move",
    "open_copy",
    "require_movable",
    "stay",
    "target_home",
]

_LOG = logging.getLogger(__name__)
_TARGET: Final = "moving"
Advance = Callable[[str, int, int], None]
"""Told what is being done, how many resources of it are done, and how many there are."""


class Opening(Protocol):
    """Opens the pod of settings; ``open_pod`` but for tests."""

    def __call__(self, settings: Settings, home: Path, keyring: Keyring | None) -> Pod:
        """The pod that the settings name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move did, with the addresses of both containers; they are one where the pod was there already.

    ``written`` resources were written by this call, all others were there from one before. ``renamed`` says in how many
    the old address stood in full, ``old`` what was removed of copies that were left: nothing where they are kept.
    """

    source: str
    target: str
    resources: int
    records: int
    written: int
    renamed: int
    fingerprint: str
    old: tuple[Removed, ...]

    def to_json(self) -> dict[str, Any]:
        """The document of ``pod-agent pod move --json``."""
        return {
            "from": self.source,
            "to": self.target,
            "resources": self.resources,
            "records": self.records,
            "written": self.written,
            "renamed": self.renamed,
            "sha256": self.fingerprint,
            "removed": [each.to_json() for each in self.old],
        }


def target_home(home: Path) -> Path:
    """The folder in which the new server is linked before a move; nothing in the home itself changes by that."""
    return home / _TARGET


def stay(home: Path, keyring: Keyring | None) -> None:
    """Make the link that this home has the one to move to: the pod is there already."""
    settings = load_settings(home)
    folder = make_private_folder(target_home(home))
    login = SecretStore(home, keyring).find(settings.webid)
    if login is not None:
        SecretStore(folder, keyring).keep(settings.webid, login)
    save_settings(folder, pod=settings.pod, webid=settings.webid, issuer=settings.issuer)


def forget_target(home: Path, keyring: Keyring | None) -> None:
    """Forget the link that a move was to use."""
    folder = target_home(home)
    if folder.is_dir() and not folder.is_symlink():
        SecretStore(folder, keyring).forget(load_settings(folder).webid)
        shutil.rmtree(folder)


def require_movable(home: Path) -> Settings:
    """The settings of a home whose pod can be moved.

    NotInitialisedError where there is no pod, UsageError where the environment decides which pod it is.
    """
    settings = load_settings(home)
    if not settings.pod:
        raise NotInitialisedError("there is no pod yet")
    if settings.origins["pod"] == "environment":
        raise UsageError("POD_AGENT_POD decides which pod is used", hint="Unset it, then move the pod.")
    return settings


def move(
    home: Path,
    *,
    embedded: bool,
    keyring: Keyring | None,
    remove_old: bool = False,
    advance: Advance | None = None,
    opening: Opening = open_pod,
) -> Moved:
    """Move the pod of this home onto this machine, or to the server that ``target_home`` is linked with.

    Everything is copied and compared by SHA-256; then the settings are switched, and with ``remove_old`` what was left
    is removed. Registrations in the type index follow. A move that was cut off anywhere is finished by calling this
    again. UsageError where the new place holds something that is no copy of this home's, or where others can read
    shared copies of the old pod; PodDamagedError where the pod is not what its manifest says.
    """
    told = advance or (lambda *_: None)
    settings = require_movable(home)
    there = Settings(pod=EMBEDDED) if embedded else load_settings(target_home(home))
    if not there.pod:
        raise UsageError("no server is linked to move to", hint="Run: pod-agent pod move --to ADDRESS")
    with contextlib.ExitStack() as opened:
        opened.enter_context(exclusive(home / "ingest"))
        source = _opened(opened, settings, home, keyring, opening)
        target = _opened(opened, there, home if embedded else target_home(home), keyring, opening)
        _finish_imports(home, source)
        if source.root == target.root:  # a move that was cut off after its switch, or none at all
            forget_target(home, keyring)
            forget_copy(home, target.root)
            copied = Copied(digests=inventory(source))
        else:
            _require_unshared(source)
            _claim(home, target, there.webid)
            copied = copy_pod(source, target, lambda done, total: told("Copying", done, total))
            _require_same(source, target)
            _require_whole(source, copied)
            left = fingerprint(inventory(source) if copied.renamed else copied.digests)
            note_copy(home, Copy(root=source.root, webid=_login(settings), state="left", fingerprint=left))
            _switch(home, there, keyring)
            forget_copy(home, target.root)
        _register_anew(home, settings, source, target)
        old = _remove_left(home, keyring, opening, told) if remove_old else []
        return _moved(source, target, copied, old)


def left_copies(home: Path, keyring: Keyring | None, opening: Opening = open_pod) -> list[Copy]:
    """Copies other than the pod that is in use: the switch of a move that was cut off may have left its own name."""
    copies = read_copies(home)
    settings = load_settings(home)
    if not copies or not settings.pod:
        return copies
    with contextlib.closing(opening(settings, home, keyring)) as pod:
        return [copy for copy in copies if copy.root != pod.root]


def open_copy(home: Path, copy: Copy, keyring: Keyring | None, opening: Opening = open_pod) -> Pod:
    """The pod of a copy, with the login that this home has for it."""
    pod = copy.root if copy.webid else EMBEDDED
    where = target_home(home) if copy.state == "copying" and copy.webid else home
    return opening(Settings(pod=pod, webid=copy.webid), where, keyring)


def _opened(
    opened: contextlib.ExitStack, settings: Settings, home: Path, keyring: Keyring | None, opening: Opening
) -> Pod:
    return opened.enter_context(contextlib.closing(opening(settings, home, keyring)))


def _finish_imports(home: Path, source: Pod) -> None:
    with contextlib.closing(Journal(home / "ingest" / "journal.sqlite", source.root)) as journal:
        apply(source, journal)


def _require_unshared(source: Pod) -> None:
    if next(walk(source, SHARED), None) is not None:
        raise UsageError(
            "others can read copies that you share from this pod, and those cannot move",
            hint="Withdraw them first: pod-agent pod move --withdraw-shares, or: pod-agent share list",
        )


def _claim(home: Path, target: Pod, webid: str) -> None:
    """Note that the new place is being filled; refuse one that holds what is no copy of this home's."""
    noted = {copy.root: copy for copy in read_copies(home)}.get(target.root)
    held = {} if noted is not None and noted.state == "copying" else inventory(target)
    if held and (noted is None or noted.fingerprint != fingerprint(held)):
        why = "was changed since you left it" if noted else "holds something already"
        raise UsageError(
            f"{target.root} {why}",
            hint="Nothing was moved. Export what is there (pod-agent export), and erase it there, before you move.",
        )
    note_copy(home, Copy(root=target.root, webid=webid, state="copying"))


def _require_same(source: Pod, target: Pod) -> None:
    if load_manifest(target).entries != load_manifest(source).entries:
        raise PodDamagedError("the copy's manifest differs from that of the pod", hint="Run the same command again.")


def _require_whole(source: Pod, copied: Copied) -> None:
    """Refuse to leave a pod that lacks what its manifest lists: the machines that can mend it know it by its address.

    What another program changed is not as the manifest says either, but can be read.
    """
    for path, entry in load_manifest(source).entries.items():
        if copied.digests.get(path) == entry.sha256:
            continue
        if path not in copied.digests or not is_document(path):
            what = "is missing" if path not in copied.digests else "is not what the manifest says"
            raise PodDamagedError(f"{path} {what}", hint="Run: pod-agent sync. Then move.")
        read_document(source, path)


def _register_anew(home: Path, settings: Settings, source: Pod, target: Pod) -> None:
    """Have the type index name the pod that is in use, where the person wanted it named; a failure is only logged."""
    root = settings.registered.partition(" ")[0]
    if not root or root == target.root:
        return
    try:
        if root == source.root and isinstance(source, SolidPod):
            TypeIndex(source.session, settings.webid, root).unregister()
        if isinstance(target, SolidPod):
            register_kinds(home, load_settings(home), target)
        else:
            save_settings(home, registered="")
    except PodError as error:
        _LOG.warning("the type index still names the old pod (%s); run: pod-agent pod register", error.code)


def _switch(home: Path, there: Settings, keyring: Keyring | None) -> None:
    """Take the login over, then make the new pod the one in use: one write, before which nothing has happened."""
    if there.pod == EMBEDDED:
        save_settings(home, pod=EMBEDDED)
        return
    login = SecretStore(target_home(home), keyring).find(there.webid)
    if login is not None:
        SecretStore(home, keyring).keep(there.webid, login)
    save_settings(home, pod=there.pod, webid=there.webid, issuer=there.issuer)
    forget_target(home, keyring)


def _remove_left(home: Path, keyring: Keyring | None, opening: Opening, told: Advance) -> list[Removed]:
    """Remove every copy that this move and earlier ones left; what was removed of each."""
    done = []
    for copy in left_copies(home, keyring, opening):
        with contextlib.closing(open_copy(home, copy, keyring, opening)) as pod:
            if isinstance(pod, SolidPod):
                with contextlib.suppress(PodError):  # what cannot be changed there names nothing but the container
                    TypeIndex(pod.session, copy.webid, pod.root).unregister()
            removed = remove_pod(pod, lambda number: told("Removing", number, 0))
        if removed.is_gone:
            forget_copy(home, copy.root)
        done.append(removed)
    return done


def _login(settings: Settings) -> str:
    return "" if settings.pod == EMBEDDED else settings.webid


def _moved(source: Pod, target: Pod, copied: Copied, old: list[Removed]) -> Moved:
    entries = load_manifest(target).entries
    return Moved(
        source=source.root,
        target=target.root,
        resources=len(copied.digests),
        records=sum(entry.records for path, entry in entries.items() if is_document(path)),
        written=copied.written,
        renamed=copied.renamed,
        fingerprint=fingerprint(copied.digests),
        old=tuple(old),
    )
