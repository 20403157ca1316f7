"""Options and results of the calls of solid-file 0.2.1, by the names that they have there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

__all__ = ["AGENT", "LINK", "LINKS", "MERGE", "FolderData", "Item", "Links", "ReadFolderOptions", "WriteOptions"]

_LDP = "http://www.w3.org/ns/ldp#"


class MERGE(Enum):
    """What becomes of an item that is there already."""

    REPLACE = "replace"
    KEEP_SOURCE = "keep_source"
    KEEP_TARGET = "keep_target"


class LINKS(Enum):
    """Whether reading a folder also asks for the links of its items."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
    INCLUDE_POSSIBLE = "include_possible"


class AGENT(Enum):
    """Kept for programs that name it; access rules are not copied."""

    NO_MODIFY = "no_modify"
    TO_TARGET = "to_target"
    TO_SOURCE = "to_source"


class LINK(Enum):
    """The Link header that says what a request makes."""

    CONTAINER = f'<{_LDP}BasicContainer>; rel="type"'
    RESOURCE = f'<{_LDP}Resource>; rel="type"'


@dataclass(slots=True)
class WriteOptions:
    """How to write; ``with_acl``, ``with_meta`` and ``agent`` have no effect."""

    create_path: bool = True
    with_acl: bool = True
    agent: AGENT = AGENT.NO_MODIFY
    with_meta: bool = True
    merge: MERGE = MERGE.REPLACE


@dataclass(slots=True)
class ReadFolderOptions:
    """How to read a folder."""

    links: LINKS | str = LINKS.EXCLUDE


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of an item's access rules and of the document that describes it."""

    acl: str | None = None
    meta: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One member of a folder; ``itemType`` is ``Container`` or ``Resource``."""

    url: str
    name: str
    parent: str
    itemType: str  # noqa: N815 - the name that programs use
    links: Links | None = None


@dataclass(frozen=True, slots=True)
class FolderData:
    """A folder and its members."""

    url: str
    name: str
    parent: str
    links: Links | None = None
    type: str = "folder"
    folders: list[Item] = field(default_factory=list)
    files: list[Item] = field(default_factory=list)
