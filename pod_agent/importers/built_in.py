"""Every importer that comes with the agent."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pod_agent.importers.ocbc import OcbcCsv
from pod_agent.importers.protocol import Importer
from pod_agent.importers.spotify import SpotifyHistory
from pod_agent.importers.spotify_account import SpotifyAccount, SpotifySearches
from pod_agent.importers.spotify_library import SpotifyLibrary

__all__ = ["built_in"]


def built_in(zone: ZoneInfo) -> tuple[Importer, ...]:  # noqa: ARG001 - until an importer needs it
    """The importers, for a person who lives in ``zone``: exports that tell local times without a zone mean it."""
    return (
        OcbcCsv(),
        SpotifyHistory(),
        SpotifyAccount(),
        SpotifySearches(),
        SpotifyLibrary(),
    )
