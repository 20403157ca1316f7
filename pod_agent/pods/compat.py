"""The calls of solid-file 0.2.1 over the agent's login, for programs that were written against it.

Names, order of arguments and results are those of ``solid.solid_api``; errors of the server are
``httpx.HTTPStatusError``, as there. Why that package is no dependency: docs/decisions/0015-solid-file.md. What differs
is what fails there: 304 is an answer, ``option`` asks OPTIONS, ``post_file`` needs no options, and copying, moving,
renaming and removing whole folders work. Access rules and ``.meta`` documents are not copied, whatever the options say:
a copy has the rules of the place that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pyoxigraph as ox

from pod_agent.errors import PodConflictError, PodDamagedError, UsageError
from pod_agent.pods.addresses import require_safe
from pod_agent.pods.compat_types import (
    AGENT,
    LINK,
    LINKS,
    MERGE,
    FolderData,
    Item,
    Links,
    ReadFolderOptions,
    WriteOptions,
)
from pod_agent.pods.links import ACL, link_targets
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.session import Session

__all__ = [
    "AGENT",
    "LINK",
    "LINKS",
    "MERGE",
    "FolderData",
    "Item",
    "Links",
    "ReadFolderOptions",
    "SolidAPI",
    "WriteOptions",
]

_LDP = "http://www.w3.org/ns/ldp#"
_CONTAINERS = {ox.NamedNode(_LDP + name) for name in ("Container", "BasicContainer")}
_CONTAINS = ox.NamedNode(_LDP + "contains")
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_OPTIONS: Final = frozenset({"headers", "content", "data", "json", "params", "timeout"})

Options = Mapping[str, Any]
"""What a request carries, by the names that httpx has for it."""
Content = str | bytes | Iterable[bytes]


class SolidAPI:
    """``session`` carries the person's login; whoever opened it closes it.

    PodUnreachableError where there is no answer, UsageError for an address that is not safe or a call without sense.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def fetch(self, method: str, url: str, options: Options | None = None) -> httpx.Response:
        """Any request; HTTPStatusError where the answer is neither a success nor 304."""
        given = dict(options or {})
        if given.keys() - _OPTIONS:
            raise UsageError(f"unknown options: {', '.join(sorted(given.keys() - _OPTIONS))}")
        response = self.session.request(method, require_safe(url, "the item"), **given)
        if response.status_code != httpx.codes.NOT_MODIFIED:
            response.raise_for_status()
        return response

    def get(self, url: str, options: Options | None = None) -> httpx.Response:
        """Read an item."""
        return self.fetch("GET", url, options)

    def delete(self, url: str, options: Options | None = None) -> httpx.Response:
        """Remove an item; a folder must be empty."""
        return self.fetch("DELETE", url, options)

    def post(self, url: str, options: Options | None = None) -> httpx.Response:
        """Add an item to a folder."""
        return self.fetch("POST", url, options)

    def put(self, url: str, options: Options | None = None) -> httpx.Response:
        """Write an item."""
        return self.fetch("PUT", url, options)

    def patch(self, url: str, options: Options | None = None) -> httpx.Response:
        """Change an item."""
        return self.fetch("PATCH", url, options)

    def head(self, url: str, options: Options | None = None) -> httpx.Response:
        """Ask about an item."""
        return self.fetch("HEAD", url, options)

    def option(self, url: str, options: Options | None = None) -> httpx.Response:
        """Ask what can be done with an item."""
        return self.fetch("OPTIONS", url, options)

    def item_exists(self, url: str) -> bool:
        """Whether there is such an item; HTTPStatusError where the server does not say."""
        try:
            self.head(url)
        except httpx.HTTPStatusError as error:
            if error.response.status_code == httpx.codes.NOT_FOUND:
                return False
            raise
        return True

    def post_item(
        self, url: str, content: Content, content_type: str, link: LINK, options: WriteOptions | None = None
    ) -> httpx.Response:
        """Add an item to the folder above it; a server may choose another name, which ``Location`` then says."""
        if (options or WriteOptions()).create_path:
            self.create_folder(_parent(url))
        headers = {"link": link.value, "slug": _name(url), "content-type": content_type}
        return self.post(_parent(url), {"headers": headers, "content": content})

    def create_folder(self, url: str, options: WriteOptions | None = None) -> httpx.Response:
        """Make a folder, or keep the one that is there unless the options say REPLACE."""
        options = options or WriteOptions(merge=MERGE.KEEP_TARGET)
        _require_folder(url)
        if self.item_exists(url):
            if options.merge is not MERGE.REPLACE:
                return self.head(url)
            self.delete_folder(url, recursive=True)
        return self.post_item(url, "", TURTLE, LINK.CONTAINER, options)

    def post_file(
        self, url: str, content: Content, content_type: str, options: WriteOptions | None = None
    ) -> httpx.Response:
        """Add a file to the folder above it."""
        return self.post_item(_require_file(url), content, content_type, LINK.RESOURCE, options)

    create_file = post_file

    def put_file(
        self, url: str, content: Content, content_type: str, options: WriteOptions | None = None
    ) -> httpx.Response:
        """Write a file; PodConflictError where it is there and the options say KEEP_TARGET."""
        headers = {"link": LINK.RESOURCE.value, "content-type": content_type}
        if options is not None and options.merge is MERGE.KEEP_TARGET:
            if self.item_exists(_require_file(url)):
                raise PodConflictError(f"there is a file already: {url}")
            headers["if-none-match"] = "*"
        return self.put(_require_file(url), {"headers": headers, "content": content})

    def patch_file(self, url: str, patch_content: Content, patch_content_type: str) -> httpx.Response:
        """Change a file."""
        headers = {"link": LINK.RESOURCE.value, "content-type": patch_content_type}
        return self.patch(_require_file(url), {"headers": headers, "content": patch_content})

    def read_folder(self, url: str, options: ReadFolderOptions | None = None) -> FolderData:
        """A folder's members; UsageError where it is no folder."""
        url = url if url.endswith("/") else url + "/"
        graph = _graph(self.get(url, {"headers": {"accept": TURTLE}}).content, url)
        if not _is_container(graph, ox.NamedNode(url)):
            raise UsageError(f"this is no folder: {url}")
        asks = LINKS((options or ReadFolderOptions()).links) is not LINKS.EXCLUDE
        folders: list[Item] = []
        files: list[Item] = []
        for triple in graph:
            if triple.predicate == _CONTAINS and isinstance(triple.object, ox.NamedNode):
                member, kind = triple.object.value, _is_container(graph, triple.object)
                links = self.get_item_links(member) if asks else None
                item = Item(member, _name(member), _parent(member), "Container" if kind else "Resource", links)
                (folders if kind else files).append(item)
        own = self.get_item_links(url) if asks else None
        return FolderData(url, _name(url), _parent(url), own, folders=folders, files=files)

    def get_item_links(self, url: str, options: Options | None = None) -> Links:
        """Where an item's access rules and its description lie."""
        headers = self.head(url, options).headers.get_list("link")
        [acl, meta] = [next(iter(link_targets(headers, name, url)), None) for name in (ACL, "describedby")]
        return Links(acl, meta)

    def copy_file(self, _from: str, to: str, options: WriteOptions | None = None) -> httpx.Response:
        """Copy a file as it is stored."""
        found = self.get(_require_file(_from))
        return self.put_file(to, found.content, found.headers.get("content-type", "application/octet-stream"), options)

    def copy_folder(self, _from: str, to: str, options: WriteOptions | None = None) -> list[httpx.Response]:
        """Copy a folder and all that lies in it."""
        if _require_folder(to).startswith(_require_folder(_from)):
            raise UsageError("a folder cannot be copied into itself")
        folder = self.read_folder(_from)
        done = [self.create_folder(to)]
        for item in (*folder.folders, *folder.files):
            done += self.copy(item.url, to + item.url.removeprefix(_from), options)
        return done

    def copy(self, _from: str, to: str, options: WriteOptions | None = None) -> list[httpx.Response]:
        """Copy a file, or a folder with all that lies in it."""
        return self.copy_folder(_from, to, options) if _from.endswith("/") else [self.copy_file(_from, to, options)]

    def delete_folder(self, url: str, recursive: bool = False) -> list[httpx.Response]:  # noqa: FBT001, FBT002
        """Remove a folder; with ``recursive`` all that lies in it first."""
        if urlsplit(_require_folder(url)).path == "/":
            raise UsageError("a whole server cannot be removed")
        done: list[httpx.Response] = []
        if recursive:
            folder = self.read_folder(url)
            for item in folder.folders:
                done += self.delete_folder(item.url, recursive=True)
            done += [self.delete(item.url) for item in folder.files]
        return [*done, self.delete(url)]

    def move(self, _from: str, to: str, copy_options: WriteOptions | None = None) -> list[httpx.Response]:
        """Copy, then remove what was copied."""
        done = self.copy(_from, to, copy_options)
        return done + (self.delete_folder(_from, recursive=True) if _from.endswith("/") else [self.delete(_from)])

    def rename(self, url: str, new_name: str, move_options: WriteOptions | None = None) -> list[httpx.Response]:
        """Move within the same folder."""
        return self.move(url, _parent(url) + new_name.rstrip("/") + ("/" if url.endswith("/") else ""), move_options)


def _require_folder(url: str) -> str:
    if not url.endswith("/"):
        raise UsageError(f"the address of a folder ends in a slash: {url}")
    return url


def _require_file(url: str) -> str:
    if url.endswith("/"):
        raise UsageError(f"the address of a file does not end in a slash: {url}")
    return url


def _parent(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=parts.path.rstrip("/").rpartition("/")[0] + "/", query="", fragment="").geturl()


def _name(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]


def _graph(content: bytes, url: str) -> list[ox.Triple]:
    try:
        return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=url)]
    except SyntaxError as error:
        raise PodDamagedError(f"the list of {url} cannot be read") from error


def _is_container(graph: list[ox.Triple], node: ox.NamedNode) -> bool:
    return any(each.subject == node and each.predicate == _TYPE and each.object in _CONTAINERS for each in graph)
