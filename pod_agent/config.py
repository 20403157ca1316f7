"""Settings: built-in defaults < ``settings.toml`` in the agent's home < environment < options of the command."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs

from pod_agent.errors import UsageError
from pod_agent.storage import write_private

__all__ = ["Settings", "default_home", "load_settings", "save_settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Values that people may set; ``origins`` says where each came from (default, file or environment).

    ``pod`` is ``embedded`` or the IRI of the agent's container on a server; ``webid`` and ``issuer`` belong to it.
    ``zone`` is the IANA zone whose days the person lives in. ``catalogue`` is the address or
    file of public offers, ``catalogue_key`` the Multikey that signs it (empty: the first that is seen),
    ``aggregator`` the address of a leader whose studies are looked at.
    ``max_epsilon`` is the most privacy loss to allow one business in 28 days (epsilon at delta 1e-6, at most 1),
    ``max_epsilon_all`` all businesses together (at most 3), ``max_epsilon_year`` all in 365 days (at most 7.7).
    ``jurisdiction`` is the country whose law new grants stand under, such as SG.
    ``token_issuer`` is where the operator of the person's pod gives out tokens for studies, empty where that lies with
    the identity provider.
    ``simulated`` is ``yes`` for a made-up person, who may answer demonstrations; a real one never does.
    ``client_document`` is the address of a client-ID document (Solid-OIDC) that logins in the browser are made with.
    ``registered`` is the agent's container and the kinds of record in it that the private type index lists; empty where
    the person did not ask for that.
    ``search_model`` and ``search_reranker`` are folders of the person's own sentence-transformers model and
    cross-encoder for search, empty for the built-in model and for none.
    """

    pod: str = ""
    webid: str = ""
    issuer: str = ""
    zone: str = "Asia/Singapore"
    catalogue: str = ""
    catalogue_key: str = ""
    aggregator: str = ""
    max_epsilon: str = ""
    max_epsilon_all: str = ""
    max_epsilon_year: str = ""
    jurisdiction: str = "SG"
    token_issuer: str = ""
    simulated: str = ""
    client_document: str = ""
    registered: str = ""
    search_model: str = ""
    search_reranker: str = ""
    origins: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def local_zone(self) -> ZoneInfo:
        """The person's zone."""
        return ZoneInfo(self.zone)

    @property
    def epsilons(self) -> dict[str, str]:
        """The person's own limits of privacy loss, as ``consent.budget.Limits.from_epsilons`` takes them."""
        return {"business": self.max_epsilon, "total": self.max_epsilon_all, "year": self.max_epsilon_year}


def default_home() -> Path:
    """``POD_AGENT_HOME``, else the platform's folder for a user's application data."""
    override = os.environ.get("POD_AGENT_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("pod-agent", appauthor=False))


def load_settings(home: Path) -> Settings:
    """Settings of this home; UsageError where a value cannot be used."""
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    path = home / "settings.toml"
    stored = _read(path) if path.exists() else {}
    for name in _names():
        variable = f"POD_AGENT_{name.upper()}"
        if variable in os.environ:
            values[name], origins[name] = os.environ[variable], "environment"
        elif name in stored:
            values[name], origins[name] = str(stored[name]), "file"
        else:
            origins[name] = "default"
    unknown = set(stored) - set(_names())
    if unknown:
        raise UsageError(f"unknown setting: {', '.join(sorted(unknown))}", hint=f"Remove it from {path}.")
    settings = Settings(**values, origins=origins)
    try:
        _ = settings.local_zone
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"unknown time zone: {settings.zone}", hint="Use a name like Asia/Singapore.") from error
    return settings


def save_settings(home: Path, **changes: str) -> Settings:
    """Store these values in the home's file beside those that are there, and return the settings now in force."""
    path = home / "settings.toml"
    stored = _read(path) if path.exists() else {}
    stored.update(changes)
    lines = [f"{name} = {_quote(str(stored[name]))}\n" for name in _names() if name in stored]
    write_private(path, "".join(lines).encode())
    return load_settings(home)


def _names() -> list[str]:
    return [item.name for item in fields(Settings) if item.name != "origins"]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}", hint=f"Correct or remove {path}.") from error


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
