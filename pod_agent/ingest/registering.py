"""Which kinds of record the pod holds, told to the person's other apps in the private type index if they want that."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pod_agent.config import Settings, save_settings
from pod_agent.errors import PodError, UsageError
from pod_agent.ingest.manifest import load_manifest
from pod_agent.pods.pod import Pod
from vocab.mapping.tables import TABLES
from vocab.records import RECORD_TYPES

if TYPE_CHECKING:
    from pod_agent.pods.webid.type_index import TypeIndex

__all__ = ["keep_registered", "register_kinds", "unregister_kinds"]

_LOG = logging.getLogger(__name__)


def register_kinds(home: Path, settings: Settings, pod: Pod) -> list[str]:
    """Register the kinds of record that the pod holds, now and whenever an import brings a new one; their names.

    Each is registered by our own class and by the wider one of schema.org or SOSA that other apps know. UsageError for
    a pod that is on no server; see ``TypeIndex.register`` for what a server or a profile may refuse.
    """
    index = _index(settings, pod)
    kinds = _held(pod)
    tables = [TABLES[RECORD_TYPES[kind]] for kind in kinds]
    index.register(name for table in tables for name in (table.own, table.wider))
    save_settings(home, registered=" ".join([pod.root, *kinds]))
    return kinds


def unregister_kinds(home: Path, settings: Settings, pod: Pod) -> int:
    """Take all registrations of the agent's container back, and make no more; how many there were."""
    removed = _index(settings, pod).unregister()
    save_settings(home, registered="")
    return removed


def keep_registered(home: Path, settings: Settings, pod: Pod) -> Settings:
    """After an import: register kinds that are new, where the person asked for that; the settings now in force.

    What fails is logged and tried again after the next import, for the records are where they belong.
    """
    root, *known = settings.registered.split() or [""]
    if root != pod.root or not _is_served(pod) or set(_held(pod)) <= set(known):
        return settings
    try:
        kinds = register_kinds(home, settings, pod)
    except PodError as error:
        _LOG.warning("new kinds of record could not be registered (%s); run: pod-agent pod register", error.code)
        return settings
    _LOG.info("%d kinds of record are registered", len(kinds))
    return replace(settings, registered=" ".join([root, *kinds]))


def _held(pod: Pod) -> list[str]:
    """Names of the kinds of record in the pod, as its manifest lists them."""
    found = {path.split("/")[2] for path in load_manifest(pod).entries if path.count("/") > 2}
    return sorted(found & RECORD_TYPES.keys())


def _is_served(pod: Pod) -> bool:
    from pod_agent.pods.solid import SolidPod  # noqa: PLC0415 - slow, and needed only where a pod may be served

    return isinstance(pod, SolidPod)


def _index(settings: Settings, pod: Pod) -> TypeIndex:
    from pod_agent.pods.solid import SolidPod  # noqa: PLC0415 - slow, as above
    from pod_agent.pods.webid.type_index import TypeIndex  # noqa: PLC0415

    if not isinstance(pod, SolidPod) or not settings.webid:
        raise UsageError(
            "a pod on this machine has no type index: no other app can read it", hint="Run: pod-agent pod link WEBID"
        )
    return TypeIndex(pod.session, settings.webid, pod.root)
