"""Every importer that comes with the agent, and those that other packages add."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pod_agent.importers.banks.camt import Camt
from pod_agent.importers.banks.cards import CardTables
from pod_agent.importers.banks.mastercard import MastercardOpenFinance
from pod_agent.importers.banks.mt940 import Mt940
from pod_agent.importers.banks.ocbc import OcbcCsv
from pod_agent.importers.banks.ocbc_pdf import OcbcPdf
from pod_agent.importers.banks.ofx import Ofx
from pod_agent.importers.banks.qif import Qif
from pod_agent.importers.health.api import GoogleHealthApi
from pod_agent.importers.health.csv_tree import GoogleHealthCsv
from pod_agent.importers.health.fitbit_web import FitbitWeb
from pod_agent.importers.health.json_tree import GoogleHealthJson
from pod_agent.importers.protocol import Importer
from pod_agent.importers.shops.fairprice import FairPriceOrders
from pod_agent.importers.shops.har import BrowserArchive
from pod_agent.importers.shops.lazada import LazadaOrders
from pod_agent.importers.shops.receipts import MailReceipts, TextReceipts
from pod_agent.importers.spotify.account import SpotifyAccount, SpotifySearches
from pod_agent.importers.spotify.extended import SpotifyHistory
from pod_agent.importers.spotify.playlists import SpotifyLibrary
from pod_agent.importers.tables.mapping import ColumnMapping
from pod_agent.importers.tables.tabular import MappedTables
from pod_agent.importers.youtube.histories import YouTubeHistory
from pod_agent.importers.youtube.pages import YouTubePages
from pod_agent.importers.youtube.tables import YouTubeTables
from pod_agent.plugins import IMPORTERS, plugins

__all__ = ["all_importers", "built_in"]


def all_importers(zone: ZoneInfo, mappings: Sequence[ColumnMapping] = ()) -> tuple[Importer, ...]:
    """The importers that come with the agent, those of plug-ins (``pod_agent.plugins``), and that of any other table.

    ``mappings`` are what the person said of the columns of other tables.
    """
    added = (plugin.made for plugin in plugins(IMPORTERS) if not plugin.fault)
    return (*built_in(zone), *added, MappedTables(zone, mappings))


def built_in(zone: ZoneInfo) -> tuple[Importer, ...]:
    """The importers, for a person who lives in ``zone``: exports that tell local times without a zone mean it."""
    return (
        OcbcCsv(),
        OcbcPdf(),
        CardTables(zone),
        Ofx(zone),
        Qif(zone),
        Camt(zone),
        Mt940(zone),
        MastercardOpenFinance(zone),
        SpotifyHistory(),
        SpotifyAccount(),
        SpotifySearches(),
        SpotifyLibrary(),
        GoogleHealthCsv(zone),
        GoogleHealthJson(zone),
        GoogleHealthApi(zone),
        FitbitWeb(zone),
        YouTubeHistory(),
        YouTubePages(zone),
        YouTubeTables(),
        FairPriceOrders(),
        LazadaOrders(),
        BrowserArchive(),
        MailReceipts(),
        TextReceipts(),
    )
