"""Parts of a large XML file as small trees, in constant memory: no document type, no entity, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import ExportFile
from pod_agent.importers.reading import MAX_ELEMENT

__all__ = ["Element", "parts"]

BLOCK: Final = 1 << 16
MAX_DEPTH: Final = 60
MAX_NODES: Final = 100_000
MAX_TEXT: Final = 1 << 23
"""Most elements and characters in one part: a collected booking may hold some thousand payments."""


class Element:
    """An element without its namespace: name, text, attributes and children; ``line`` is where it begins."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.text = ""
        self.children: list[Element] = []

    def all(self, path: str) -> list[Element]:
        """Every element at a path such as ``Acct/Id/IBAN``."""
        found = [self]
        for name in path.split("/"):
            found = [child for element in found for child in element.children if child.name == name]
        return found

    def first(self, *paths: str) -> Element | None:
        """The first element at the first of the paths that leads to one."""
        return next((found for path in paths for found in self.all(path)), None)

    def value(self, *paths: str) -> str:
        """The text, stripped, of the first element at one of the paths that has a text, else ``""``."""
        texts = (element.text.strip() for path in paths for element in self.all(path))
        return next((text for text in texts if text), "")

    def leaves(self) -> Iterator[Element]:
        """The elements below that have no children, in order."""
        for child in self.children:
            if child.children:
                yield from child.leaves()
            else:
                yield child


def parts(export: ExportFile, wanted: frozenset[str], within: frozenset[str]) -> Iterator[Element]:
    """Each element named in ``wanted`` with all that is in it, and each named in ``within`` twice, in file order.

    An element of ``within`` comes empty when it opens, and empty with the name ``/NAME`` when it closes.
    RefusedExportError where the XML is broken, cut off, has a document type, or is too deep or too large in one place.
    """
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 - only files of this kind need it
    from defusedxml.ElementTree import ParseError, XMLParser  # noqa: PLC0415

    builder = _Builder(export.file, wanted, within)
    parser = XMLParser(target=builder, forbid_dtd=True)
    builder.expat = parser.parser
    fed = 0
    try:
        with export.open() as stream:
            while block := stream.read(BLOCK):
                parser.feed(block)
                fed += len(block)
                if fed - max(parser.parser.CurrentByteIndex, 0) > MAX_ELEMENT + BLOCK:
                    raise RefusedExportError(f"an element of {export.file} is longer than {MAX_ELEMENT:,} bytes")
                yield from builder.take()
            parser.close()
            yield from builder.take()
    except DefusedXmlException as error:
        raise RefusedExportError(f"{export.file} has a document type or entities, as no bank's file has") from error
    except (ParseError, LookupError, ValueError) as error:
        raise RefusedExportError(f"{export.file} is not whole: its XML is broken or cut off") from error


class _Builder:
    """What the parser calls: keeps the parts that are wanted until they are taken."""

    def __init__(self, file: str, wanted: frozenset[str], within: frozenset[str]) -> None:
        self._file = file
        self._wanted = wanted
        self._within = within
        self._open: list[Element] = []
        self._ready: list[Element] = []
        self._depth = 0
        self._nodes = 0
        self._length = 0
        self.expat: object = None

    def take(self) -> list[Element]:
        """What became ready since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RefusedExportError(f"{self._file} has elements within elements more than {MAX_DEPTH} deep")
        if self._open or name in self._wanted:
            self._nodes += 1
            element = Element(name, attributes, self._line())
            if self._open:
                self._open[-1].children.append(element)
            self._open.append(element)
            self._check_size()
        elif name in self._within:
            self._ready.append(Element(name, attributes, self._line()))

    def data(self, text: str) -> None:
        if self._open:
            element = self._open[-1]
            element.text += text
            self._length += len(text)
            if len(element.text) > MAX_ELEMENT:
                raise RefusedExportError(f"a value of {self._file} is longer than {MAX_ELEMENT:,} characters")
            self._check_size()

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self._ready.append(element)
                self._nodes = self._length = 0
        elif (name := tag.rpartition("}")[2]) in self._within:
            self._ready.append(Element(f"/{name}", {}, self._line()))

    def close(self) -> None:
        """The parser is done."""

    def _line(self) -> int:
        return int(getattr(self.expat, "CurrentLineNumber", 1))

    def _check_size(self) -> None:
        if self._nodes > MAX_NODES or self._length > MAX_TEXT:
            raise RefusedExportError(f"one part of {self._file} is larger than any bank's booking")
