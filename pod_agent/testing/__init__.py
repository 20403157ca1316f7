"""Checks for authors of plug-ins, as functions that a test of any kind can call.

``check_pod(open_pod)``, ``check_importer(importer, paths)`` and ``check_language_model(model)`` run them all;
``POD_CHECKS``, ``IMPORTER_CHECKS`` and ``LANGUAGE_MODEL_CHECKS`` name each, to be run one by one. A check raises
AssertionError with the fact that does not hold.
"""

from pod_agent.testing.importers import IMPORTER_CHECKS, check_importer
from pod_agent.testing.language_models import LANGUAGE_MODEL_CHECKS, check_language_model
from pod_agent.testing.pods import POD_CHECKS, OpenPod, check_pod

__all__ = [
    "IMPORTER_CHECKS",
    "LANGUAGE_MODEL_CHECKS",
    "POD_CHECKS",
    "OpenPod",
    "check_importer",
    "check_language_model",
    "check_pod",
]
