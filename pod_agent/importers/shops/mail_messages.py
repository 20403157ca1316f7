"""Mails as text, one at a time: from a file of one mail (``.eml``) or of a whole mailbox (``.mbox``).

Mails are written by strangers: their parts are bounded in number, depth and length, and what is odd is left out. Who
sent a mail to whom is not kept, but for the domain of the sender.
"""

from __future__ import annotations

import email
import email.errors
import email.header
import email.message
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final

from pod_agent.importers.protocol import ExportFile

__all__ = ["Mail", "mails", "plain_text"]

MAX_MAIL: Final = 8 << 20
"""Bytes of a mail that are read: what comes after is attachments."""

MAX_TEXT: Final = 1 << 20
MAX_PARTS: Final = 60
MAX_LINE: Final = 1 << 16
SENT: Final = re.compile(rb"From .*\d{4}\s*$")
"""The line that stands before every mail of a mailbox."""

DOMAIN: Final = re.compile(r"@([\w.-]{3,253})")
HIDDEN: Final = frozenset({"script", "style", "head", "title"})
INLINE: Final = frozenset("a b bdi em font i img label small span strong sub sup td th u".split())
FAULTS: Final = (ValueError, LookupError, AttributeError, TypeError, RecursionError, email.errors.MessageError)
"""What the standard library raises for mails that are none."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What is read of a mail; ``fault`` says that it could not be, ``addresses`` how many it named."""

    subject: str = ""
    domain: str = ""
    sent: datetime | None = None
    text: str = ""
    addresses: int = 0
    fault: bool = False


def mails(export: ExportFile) -> Iterator[Mail]:
    """Every mail of the file; memory does not grow with their number."""
    is_mailbox = export.head.startswith(b"From ")
    held: list[bytes] = []
    size = 0
    begun = after_blank = False
    with export.open() as stream:
        while line := stream.readline(MAX_LINE):
            if is_mailbox and (after_blank or not begun) and line.startswith(b"From ") and SENT.match(line):
                if begun:
                    yield _mail(b"".join(held))
                held, size, begun = [], 0, True
                continue
            after_blank = not line.strip(b"\r\n")
            begun = True
            size += len(line)
            if size <= MAX_MAIL:
                held.append(line)
    if begun:
        yield _mail(b"".join(held))


def plain_text(html: str) -> str:
    """The words of a page, a line for each of its blocks and rows."""
    page = _Page()
    page.feed(html)
    return "".join(page.words)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's way
        self._hidden += tag in HIDDEN
        self.words.append("  " if tag in {"td", "th"} else "" if tag in INLINE else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(self._hidden - (tag in HIDDEN), 0)
        self.words.append("" if tag in INLINE else "\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def _mail(content: bytes) -> Mail:
    try:
        message = email.message_from_bytes(content)
        sender = _header(message, "From")
        domain = DOMAIN.search(sender)
        text = _text(message)
        addresses = sum(_header(message, name).count("@") for name in ("From", "To", "Cc", "Bcc", "Reply-To"))
        return Mail(_header(message, "Subject"), (domain[1] if domain else "").lower(), _sent(message), text, addresses)
    except FAULTS:
        return Mail(fault=True)


def _header(message: email.message.Message, name: str) -> str:
    """A header's words, decoded, on one line."""
    value = str(message.get(name, ""))[:4000]
    try:
        return " ".join(str(email.header.make_header(email.header.decode_header(value))).split())
    except FAULTS:
        return " ".join(value.split())


def _sent(message: email.message.Message) -> datetime | None:
    try:
        sent = email.utils.parsedate_to_datetime(_header(message, "Date"))
        return sent if sent.tzinfo else sent.replace(tzinfo=UTC)
    except (*FAULTS, OverflowError):
        return None


def _text(message: email.message.Message) -> str:
    """The mail's plain text, or that of its page where it has none."""
    pages: list[str] = []
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            break
        kind = part.get_content_type()
        if part.is_multipart() or kind not in {"text/plain", "text/html"} or part.get_filename():
            continue
        words = _decoded(part)
        if kind == "text/plain" and words.strip():
            return words
        pages.append(words)
    return "\n".join(map(plain_text, pages))[:MAX_TEXT]


def _decoded(part: email.message.Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload[:MAX_TEXT] if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")
