"""A pod on a Solid server: the agent's container over HTTP, every write conditional."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import httpx
import pyoxigraph as ox

from pod_agent.errors import PodConflictError, PodDamagedError, PodError
from pod_agent.pods.addresses import require_safe
from pod_agent.pods.paths import check_container, check_path, is_name, media_type_of
from pod_agent.pods.pod import TURTLE, Entry, ETag, Resource
from pod_agent.pods.session import Session

__all__ = ["SolidPod"]

_CONTAINS = ox.NamedNode("http://www.w3.org/ns/ldp#contains")
_MODIFIED = ox.NamedNode("http://purl.org/dc/terms/modified")
_SIZE = ox.NamedNode("http://www.w3.org/ns/posix/stat#size")


class SolidPod:
    """The agent's container on a Solid server.

    ``root`` is the container's IRI with ``/`` at its end, ``session`` carries the person's login; the pod closes it.
    Of several writers with one ETag the server lets one win. A server that names the new ETag only in a second answer
    (HEAD) could name that of a writer who came in between; the manifest's hash shows that at the next read.
    """

    def __init__(self, root: str, session: Session) -> None:
        require_safe(root, "the pod")
        self._root = root if root.endswith("/") else root + "/"
        self.session = session

    @property
    def root(self) -> str:
        """IRI of the container, with ``/`` at its end."""
        return self._root

    def read(self, path: str) -> Resource | None:
        """The resource as it is stored, or None where there is none."""
        return self._get(path, {})

    def read_unless(self, path: str, known: Resource) -> Resource | None:
        """Like ``read``, but where the pod still holds what is ``known`` nothing is fetched and that is returned."""
        return self._get(path, {"if-none-match": known.etag}, known)

    def _get(self, path: str, condition: Mapping[str, str], known: Resource | None = None) -> Resource | None:
        response = self._send("GET", check_path(path), {"accept": media_type_of(path), **condition})
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.status_code == httpx.codes.NOT_MODIFIED and known is not None:
            return known
        media_type = response.headers.get("content-type", media_type_of(path)).partition(";")[0].strip()
        return Resource(response.content, media_type, _etag(response))

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        """Write the whole resource; PodConflictError, and nothing changed, where the pod holds something else."""
        return self._new_etag(self._put(path, content, media_type, if_match), path, media_type)

    def write_only(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> None:
        """Write as ``write`` does where nobody needs the new ETag: half as many requests on most servers."""
        self._put(path, content, media_type, if_match)

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        """Remove a resource; False where there was none."""
        condition = {} if if_match is None else {"if-match": if_match}
        try:
            response = self._send("DELETE", check_path(path), condition)
        except PodConflictError:
            # The condition also fails for a resource that is gone.
            if self._send("HEAD", path, {}).status_code == httpx.codes.NOT_FOUND:
                return False
            raise
        return response.status_code != httpx.codes.NOT_FOUND

    def list(self, container: str) -> Iterator[Entry]:
        """Members of a container, sorted; none if it is missing."""
        response = self._send("GET", check_container(container), {"accept": TURTLE})
        if response.status_code == httpx.codes.NOT_FOUND:
            return iter(())
        prefix = self._root + container
        members, dates, sizes = set[str](), dict[str, str](), dict[str, int]()
        try:
            for triple in ox.parse(response.content, format=ox.RdfFormat.TURTLE, base_iri=prefix):
                subject, value = triple.subject, triple.object
                if triple.predicate == _CONTAINS and isinstance(value, ox.NamedNode):
                    members.add(value.value)
                elif isinstance(subject, ox.NamedNode) and isinstance(value, ox.Literal):
                    if triple.predicate == _MODIFIED:
                        dates[subject.value] = value.value
                    elif triple.predicate == _SIZE and value.value.isdecimal():
                        sizes[subject.value] = int(value.value)
        except SyntaxError as error:
            raise PodDamagedError(f"the list of {container or 'the container'} cannot be read") from error
        names = {iri.removeprefix(prefix): iri for iri in members}  # what lies elsewhere keeps its address: no name
        return iter(
            [
                Entry(container + name, dates.get(names[name]), sizes.get(names[name]))
                for name in sorted(names)
                if is_name(name.removesuffix("/"))
            ]
        )

    def close(self) -> None:
        """Release connections."""
        self.session.close()

    def _put(self, path: str, content: bytes, media_type: str, if_match: ETag | None) -> httpx.Response:
        check_path(path, media_type)
        condition = {"if-none-match": "*"} if if_match is None else {"if-match": if_match}
        response = self._send("PUT", path, {"content-type": media_type, **condition}, content)
        if if_match is not None and response.status_code == httpx.codes.CREATED:
            # Community Solid Server holds every If-Match for true where there is no resource any more.
            self.remove(path, if_match=self._new_etag(response, path, media_type))
            raise PodConflictError(f"{path} was removed since it was read")
        return response

    def _new_etag(self, response: httpx.Response, path: str, media_type: str) -> ETag:
        """The ETag after a write: most servers name it only in the answer to another request."""
        if response.is_success and "etag" not in response.headers:
            response = self._send("HEAD", path, {"accept": media_type})
        if response.status_code == httpx.codes.NOT_FOUND:
            raise PodConflictError(f"{path} was removed by another program")
        return _etag(response)

    def _send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None) -> httpx.Response:
        return self.session.send(method, self._root + path, headers, content)


def _etag(response: httpx.Response) -> ETag:
    try:
        return ETag(response.headers["etag"])
    except KeyError:
        raise PodError(
            "the pod's server gives no ETags, so writes cannot be kept apart",
            hint="Choose a server that does, for example Community Solid Server.",
        ) from None
