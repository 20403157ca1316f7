"""chosen: the language model that the person uses, opened once for each home and kept until something changes."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final

from pod_agent.assistant.language_models.backends import installed
from pod_agent.assistant.language_models.local import LocalModel
from pod_agent.assistant.language_models.model import LANGUAGE_MODELS, LanguageModel
from pod_agent.assistant.language_models.store import INSTALL, Entry, ModelStore
from pod_agent.errors import AgentError, MissingExtraError, UsageError
from pod_agent.plugins import plugins

__all__ = ["Remote", "chosen", "close_models", "open_model"]

log = logging.getLogger(__name__)

Remote = Callable[[Entry], LanguageModel]
"""Opens a model at an address; whoever can see grants hands it in."""

_KEPT: Final[dict[Path, tuple[Entry, LanguageModel]]] = {}
_LOCK: Final = Lock()


def chosen(home: Path, *, remote: Remote | None = None) -> LanguageModel | None:
    """The model in use; None where none is chosen or it cannot be opened here. Never an error: all works without.

    Its weights are loaded by its first question. A model at an address needs ``remote``.
    """
    try:
        entry = ModelStore(home).chosen
        with _LOCK:
            kept = _KEPT.get(home)
            if kept is not None and kept[0] == entry:
                return kept[1]
            if kept is not None:
                del _KEPT[home]
                kept[1].close()
            if entry is None:
                return None
            model = open_model(home, entry, remote=remote)
            _KEPT[home] = (entry, model)
            return model
    except AgentError as error:
        log.warning("the language model is not used: %s", error.code)
        return None


def open_model(home: Path, entry: Entry, *, remote: Remote | None = None) -> LanguageModel:
    """The model of one entry. MissingExtraError where nothing runs it, ModelFileError where its file is not the one."""
    if entry.kind == "plug-in":
        return _plugged(entry.name)
    if entry.kind == "endpoint":
        if remote is None:
            raise UsageError(f"{entry.name} lies at an address, which is not asked from here")
        return remote(entry)
    backends = installed()
    if not backends:
        raise MissingExtraError("nothing is installed here that runs a language model", hint=INSTALL)
    store = ModelStore(home)
    return LocalModel(
        entry.name,
        entry.sha256,
        lambda: store.check(entry),
        backend=backends[0],
        context=entry.context,
    )


def close_models(home: Path | None = None) -> None:
    """End the processes and connections of models that are open: of one home, or of all."""
    with _LOCK:
        for path in [path for path in _KEPT if home in {None, path}]:
            _KEPT.pop(path)[1].close()


def _plugged(name: str) -> LanguageModel:
    made = next((each.made for each in plugins(LANGUAGE_MODELS) if each.name == name and not each.fault), None)
    if not isinstance(made, LanguageModel):
        raise UsageError(f"{name} is not a language model", hint="Tell its author: pod_agent.testing has the checks.")
    return made


atexit.register(close_models)
