"""Every importer that comes with the agent, and those that other packages add."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pod_agent.importers.ocbc import OcbcCsv
from pod_agent.importers.protocol import Importer
from pod_agent.importers.spotify import SpotifyHistory
from pod_agent.importers.spotify_account import SpotifyAccount, SpotifySearches
from pod_agent.importers.spotify_library import SpotifyLibrary
from pod_agent.plugins import IMPORTERS, plugins

__all__ = ["all_importers", "built_in"]


def all_importers(zone: ZoneInfo) -> tuple[Importer, ...]:
    """The importers that come with the agent, then those of plug-ins (``pod_agent.plugins``)."""
    return (*built_in(zone), *(plugin.made for plugin in plugins(IMPORTERS) if not plugin.fault))


def built_in(zone: ZoneInfo) -> tuple[Importer, ...]:  # noqa: ARG001 - until an importer needs it
    """The importers, for a person who lives in ``zone``: exports that tell local times without a zone mean it."""
    return (
        OcbcCsv(),
        SpotifyHistory(),
        SpotifyAccount(),
        SpotifySearches(),
        SpotifyLibrary(),
    )
