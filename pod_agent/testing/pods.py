"""What every pod must do: checks for authors of pods, run by ``check_pod`` or one by one from ``POD_CHECKS``."""

from __future__ import annotations

from collections.abc import Callable

from pod_agent.testing.pod_changes import CHANGES
from pod_agent.testing.pod_documents import DOCUMENTS
from pod_agent.testing.pod_names import NAMES
from pod_agent.testing.scratch import OpenPod

__all__ = ["POD_CHECKS", "OpenPod", "check_pod"]

POD_CHECKS: dict[str, Callable[[OpenPod], None]] = {**DOCUMENTS, **NAMES, **CHANGES}
"""Each fact about pods and the function that checks it."""


def check_pod(open_pod: OpenPod) -> None:
    """Check that a pod keeps the protocol; documents of the checks are removed, empty containers stay."""
    for check in POD_CHECKS.values():
        check(open_pod)
