"""Backends: the libraries that run a GGUF file on this machine. This module is loaded in the worker process only.

Both run llama.cpp. ``xllamacpp`` has wheels and comes first; ``llama-cpp-python`` is for those who compiled it. Neither
opens a port: the server inside xllamacpp would listen on TCP for every page of the browser, so it gets a socket file in
a folder of this user, a key that nobody is told, and no look at what others asked.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

__all__ = ["BACKENDS", "Loading", "Runner", "installed", "load"]

BATCH: Final = 128
"""Pieces of a prompt that are read between two looks at whether to stop; larger ones are hardly faster on a CPU."""
KEPT_PROMPTS_MIB: Final = 256
"""Memory for prompts that were read before: the planner's beginning is the same for every question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """What to load: the file, how many pieces of words it may see at once, and on how many threads."""

    path: Path
    context: int
    threads: int


Told = Callable[[str], bool]
"""Takes the next piece, empty while the prompt is read; True ends the answer."""


class Runner(Protocol):
    """A loaded model."""

    def run(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None, max_tokens: int, told: Told
    ) -> None:
        """Write an answer, piece by piece, to ``told``. ValueError where the library refuses what it is given."""


class _XllamaCpp:
    """llama.cpp by xllamacpp."""

    def __init__(self, loading: Loading) -> None:
        library: Any = import_module("xllamacpp")
        self._folder = tempfile.mkdtemp(prefix="pod-agent-")  # of mode 0700
        given = library.CommonParams()
        given.model.path = str(loading.path)
        given.n_ctx = loading.context
        given.n_parallel = 1
        given.cpuparams.n_threads = given.cpuparams_batch.n_threads = loading.threads
        given.n_batch = given.n_ubatch = BATCH
        given.cache_ram_mib = KEPT_PROMPTS_MIB
        given.warmup = False
        given.verbosity = -1
        given.offline = True
        given.ui = given.endpoint_slots = given.endpoint_props = given.endpoint_metrics = False
        given.n_threads_http = 1
        given.hostnames = [str(Path(self._folder, "model.sock"))]
        given.api_keys = [secrets.token_hex(32)]
        try:
            self._server = library.Server(given)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)  # nobody connects; the server goes on without the name
        if not str(self._server.listening_address).startswith("unix:"):
            raise ValueError("the library opened a port instead of a socket file")

    def run(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None, max_tokens: int, told: Told
    ) -> None:
        """See ``Runner``."""
        asked: dict[str, Any] = {
            "messages": list(messages),
            "max_tokens": max_tokens,
            "temperature": 0,
            "seed": 1,
            "cache_prompt": True,
            "stream": True,
            "return_progress": True,
        }
        if schema is not None:
            wanted = {"name": "answer", "schema": schema, "strict": True}
            asked["response_format"] = {"type": "json_schema", "json_schema": wanted}
        faults: list[str] = []

        def take(part: Mapping[str, Any]) -> bool:
            if "error" in part:
                faults.append(str(part["error"].get("message", "no reason given")))
                return True
            return told("".join(_texts(part)))

        self._server.handle_chat_completions(asked, take)
        if faults:
            raise ValueError(faults[0])


class _LlamaCppPython:
    """llama.cpp by llama-cpp-python, which the person compiled."""

    def __init__(self, loading: Loading) -> None:
        library: Any = import_module("llama_cpp")
        self._model = library.Llama(
            model_path=str(loading.path),
            n_ctx=loading.context,
            n_batch=BATCH,
            n_threads=loading.threads,
            n_threads_batch=loading.threads,
            seed=1,
            verbose=False,
        )

    def run(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None, max_tokens: int, told: Told
    ) -> None:
        """See ``Runner``."""
        form = None if schema is None else {"type": "json_object", "schema": dict(schema)}
        parts = self._model.create_chat_completion(
            messages=list(messages), response_format=form, max_tokens=max_tokens, temperature=0.0, stream=True
        )
        for part in parts:
            if told("".join(_texts(part))):
                return


BACKENDS: Final[Mapping[str, tuple[str, Callable[[Loading], Runner]]]] = {
    "xllamacpp": ("xllamacpp", _XllamaCpp),
    "llama-cpp-python": ("llama_cpp", _LlamaCppPython),
}
"""By name of the package: the module it brings, and the adapter; the first that is installed is used."""


def installed() -> tuple[str, ...]:
    """Names of the backends that are installed here, the preferred one first; nothing is loaded to find out."""
    return tuple(name for name, (module, _) in BACKENDS.items() if find_spec(module) is not None)


def load(name: str, loading: Loading) -> Runner:
    """Load a model; ValueError, RuntimeError or OSError where the library cannot."""
    return BACKENDS[name][1](loading)


def _texts(part: Mapping[str, Any]) -> Iterator[str]:
    """The texts in one chunk of OpenAI's streaming form."""
    for choice in part.get("choices") or ():
        text = (choice.get("delta") or {}).get("content")
        if text:
            yield str(text)
