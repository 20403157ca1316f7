"""From what a person types or pastes to a web address."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pod_agent.errors import UsageError
from pod_agent.pods.addresses import is_loopback, require_safe

__all__ = ["as_address"]

_AROUND = " \t\r\n\u00a0\u200b\ufeff<>\"'`\u2018\u2019\u201c\u201d\u2039\u203a\u00ab\u00bb,;"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST_WITH_PORT = re.compile(r"(?:[^\s/:@]+|\[[0-9a-f:]+\]):\d+(?:[/?#]|$)", re.IGNORECASE)
_HINT = "A WebID looks like https://you.example/profile/card#me; your provider's own address will do too."


def as_address(text: str) -> str:
    """The web address that was meant: ``https://`` is added where it lacks, ``http://`` on this machine.

    Quotes, brackets and spaces around it are dropped, scheme and host come in small letters. UsageError, with what to
    give instead, where it is no address or not a safe one.
    """
    given = text.strip(_AROUND)
    if given.endswith(".") and not given.endswith("/."):
        given = given[:-1].rstrip(_AROUND)  # the end of a sentence or of a Turtle statement
    if not given:
        raise UsageError("no WebID was given", hint=_HINT)
    if re.search(r"\s", given):
        raise UsageError("a WebID has no spaces in it", hint=_HINT)
    if "://" not in given:
        _refuse_other_names(given)
        given = "https://" + given
        if is_loopback(require_safe(given, "the WebID")):
            given = given.replace("https://", "http://", 1)
    require_safe(given, "the WebID")
    parts = urlsplit(given)
    address = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path or "/").geturl()
    host = parts.hostname or ""
    if not is_loopback(address) and "." not in host and ":" not in host:
        raise UsageError(f"{host} is no address on the web", hint=_HINT)
    return address


def _refuse_other_names(given: str) -> None:
    host = re.split(r"[/?#]", given, maxsplit=1)[0]
    if "@" in host:
        raise UsageError("that is an e-mail address or a handle, not a WebID", hint=_HINT)
    if _SCHEME.match(given) and not _HOST_WITH_PORT.match(given):
        raise UsageError("the WebID is not a web address", hint=_HINT)
