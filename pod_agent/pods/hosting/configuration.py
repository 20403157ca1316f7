"""The files that Community Solid Server reads at its start, made anew from the settings every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pod_agent.errors import PodError
from pod_agent.pods.hosting.installing import resource
from pod_agent.pods.hosting.settings import HostSettings
from pod_agent.storage import make_private_folder, write_private

__all__ = ["configure"]

_STOCK = {"wac": "file.json", "acp": "file-acp.json"}
_OPEN, _CLOSED = "css:config/identity/handler/default.json", "css:config/identity/handler/no-accounts.json"
_LENGTHS = "css:config/ldp/metadata-parser/parsers/content-length.json"
_TEMPLATES = {
    "base/.meta": "root.meta",
    "base/profile/card$.ttl.hbs": "card.ttl.hbs",
    "wac/.acl.hbs": "root.acl.hbs",
    "wac/profile/card.acl.hbs": "card.acl.hbs",
    "acp/.acr.hbs": "root.acr.hbs",
    "acp/profile/card.acr": "card.acr",
}
_STORED_LENGTH = "http://www.w3.org/2011/http-headers#content-length"
_MEGABYTE = 1_000_000


def configure(folder: Path, settings: HostSettings, server: Path) -> None:
    """Write ``server.json``, the preload and the templates of new pods; ``server`` is the installed npm package."""
    for name, source in _TEMPLATES.items():
        place = folder / "templates" / name
        make_private_folder(place.parent)
        write_private(place, resource(f"templates/{source}"))
    write_private(folder / "loopback.cjs", resource("loopback.cjs"))
    stock = json.loads((server / "config" / _STOCK[settings.access]).read_bytes())
    text = json.dumps(_compose(settings, stock["import"]), indent=2)
    write_private(folder / "server.json", text.encode())


def _compose(settings: HostSettings, imports: list[str]) -> dict[str, Any]:
    """The stock configuration with its parts exchanged for ours."""
    if _OPEN not in imports:
        raise PodError(
            "this version of Community Solid Server is put together differently",
            hint="Run: pod-agent server install",
        )
    composed: dict[str, Any] = json.loads(resource("server.json"))
    closed = settings.registration == "closed"
    composed["import"] = [_CLOSED if closed and name == _OPEN else name for name in imports]
    composed["@graph"].append(_override("files-in-use", "FileDataAccessor", _files(settings)))
    if settings.quota_mb:
        composed["import"].append(_LENGTHS)
        composed["@graph"].append(_part("MetadataParser", "ParallelHandler", handlers=[_id("ContentLengthParser")]))
    if closed:
        composed["@graph"].append(_sign_up(settings.sign_up))
    if settings.tls_cert:
        composed["@graph"].append(_override("https", "ServerFactory", _https(settings)))
    return composed


def _files(settings: HostSettings) -> dict[str, Any]:
    atomic = {"@id": "urn:pod-agent:files"}
    if not settings.quota_mb:
        # The same class again: an override cannot name another instance.
        found: list[dict[str, Any]] = json.loads(resource("server.json"))["@graph"]
        return {name: value for name, value in found[0].items() if name not in {"@id", "comment"}}
    strategy = {
        "@type": "PodQuotaStrategy",
        "limit_amount": settings.quota_mb * _MEGABYTE,
        "limit_unit": "bytes",
        "reporter": {
            "@type": "FileSizeReporter",
            "fileIdentifierMapper": _id("FileIdentifierMapper"),
            "rootFilePath": _id("variable:rootFilePath"),
        },
        "accessor": atomic,
        "identifierStrategy": _id("IdentifierStrategy"),
    }
    checked = {
        "@type": "ValidatingDataAccessor",
        "accessor": atomic,
        "validator": {"@type": "QuotaValidator", "strategy": strategy},
    }
    return {
        "@type": "FilterMetadataDataAccessor",
        "accessor": checked,
        "filters": [{"@type": "FilterPattern", "predicate": _STORED_LENGTH}],
    }


def _sign_up(secret: str) -> dict[str, Any]:
    """A way to make accounts that no page names and nobody can guess."""
    route = {"@type": "RelativePathInteractionRoute", "base": _id("IndexRoute"), "relativePath": f"{secret}/"}
    create = {
        "@id": "urn:pod-agent:create-account",
        "@type": "CreateAccountHandler",
        "accountStore": _id("AccountStore"),
        "cookieStore": _id("CookieStore"),
    }
    source = {"@type": "ViewInteractionHandler", "source": create}
    handler = {"@id": "urn:pod-agent:sign-up", "@type": "InteractionRouteHandler", "route": route, "source": source}
    return _part("InteractionRouteHandler", "WaterfallHandler", handlers=[handler])


def _https(settings: HostSettings) -> dict[str, Any]:
    return {
        "@type": "BaseServerFactory",
        "configurator": _id("ServerConfigurator"),
        "options_https": True,
        "options_key": str(Path(settings.tls_key).resolve()),
        "options_cert": str(Path(settings.tls_cert).resolve()),
    }


def _id(name: str) -> dict[str, str]:
    return {"@id": f"urn:solid-server:default:{name}"}


def _part(name: str, kind: str, **values: object) -> dict[str, Any]:
    return {**_id(name), "@type": kind, **values}


def _override(name: str, instance: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "@id": f"urn:pod-agent:{name}",
        "@type": "Override",
        "overrideInstance": _id(instance),
        "overrideParameters": values,
    }
