"""A pod on a Solid server: the agent's container over HTTP, every write conditional."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

import httpx
import pyoxigraph as ox

from pod_agent.errors import PodAccessError, PodConflictError, PodDamagedError, PodError, PodUnreachableError
from pod_agent.pods.addresses import is_loopback, require_safe
from pod_agent.pods.paths import check_container, check_path, is_name, media_type_of
from pod_agent.pods.pod import TURTLE, Entry, ETag, Resource

__all__ = ["SolidPod", "open_client"]

_CONTAINS = ox.NamedNode("http://www.w3.org/ns/ldp#contains")
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_PAUSES = (0.2, 0.8)  # seconds before the second and the third try
_OVERLOADED = httpx.codes.TOO_MANY_REQUESTS


def open_client(address: str, auth: httpx.Auth | None = None, timeout: httpx.Timeout = _TIMEOUT) -> httpx.Client:
    """An HTTP client for the server at this address; it follows no redirect and takes every body as it is stored.

    A proxy of the environment is passed over for this machine's own addresses.
    """
    return httpx.Client(
        auth=auth,
        timeout=timeout,
        follow_redirects=False,
        trust_env=not is_loopback(address),
        headers={"accept-encoding": "identity", "user-agent": "pod-agent"},
    )


class SolidPod:
    """The agent's container on a Solid server.

    ``root`` is the container's IRI with ``/`` at its end, ``client`` comes from ``open_client`` with the person's
    login; the pod closes it. Reads are tried again after a moment where the server fails, writes never: whether an
    unanswered write arrived is for the caller to find out by reading. Of several writers with one ETag the server
    lets one win. A server that names the new ETag only in a second answer (HEAD) could name that of a writer who came
    in between; the manifest's hash shows that at the next read.
    """

    def __init__(self, root: str, client: httpx.Client, pause: Callable[[float], None] = time.sleep) -> None:
        require_safe(root, "the pod")
        self._root = root if root.endswith("/") else root + "/"
        self._client = client
        self._pause = pause

    @property
    def root(self) -> str:
        """IRI of the container, with ``/`` at its end."""
        return self._root

    def read(self, path: str) -> Resource | None:
        """The resource as it is stored, or None where there is none."""
        response = self._send("GET", check_path(path), {"accept": media_type_of(path)})
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        media_type = response.headers.get("content-type", media_type_of(path)).partition(";")[0].strip()
        return Resource(response.content, media_type, _etag(response))

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        """Write the whole resource; PodConflictError, and nothing changed, where the pod holds something else."""
        check_path(path, media_type)
        condition = {"if-none-match": "*"} if if_match is None else {"if-match": if_match}
        response = self._send("PUT", path, {"content-type": media_type, **condition}, content)
        etag = self._new_etag(response, path, media_type)
        if if_match is not None and response.status_code == httpx.codes.CREATED:
            # Community Solid Server holds every If-Match for true where there is no resource any more.
            self.remove(path, if_match=etag)
            raise PodConflictError(f"{path} was removed since it was read")
        return etag

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
        try:
            members = [
                triple.object.value
                for triple in ox.parse(response.content, format=ox.RdfFormat.TURTLE, base_iri=prefix)
                if triple.predicate == _CONTAINS and isinstance(triple.object, ox.NamedNode)
            ]
        except SyntaxError as error:
            raise PodDamagedError(f"the list of {container or 'the container'} cannot be read") from error
        names = {iri.removeprefix(prefix) for iri in members}  # what lies elsewhere keeps its address, which is no name
        return iter([Entry(container + name) for name in sorted(names) if is_name(name.removesuffix("/"))])

    def close(self) -> None:
        """Release connections."""
        self._client.close()

    def _new_etag(self, response: httpx.Response, path: str, media_type: str) -> ETag:
        """The ETag after a write: most servers name it only in the answer to another request."""
        if response.is_success and "etag" not in response.headers:
            response = self._send("HEAD", path, {"accept": media_type})
        if response.status_code == httpx.codes.NOT_FOUND:
            raise PodConflictError(f"{path} was removed by another program")
        return _etag(response)

    def _send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None) -> httpx.Response:
        """The answer, 404 included; the error that belongs to its status otherwise. Only reads are tried again."""
        pauses = iter(_PAUSES if method in {"GET", "HEAD"} else ())
        while True:
            try:
                response = self._client.request(method, self._root + path, headers=headers, content=content)
                return _accepted(response, path)
            except (httpx.HTTPError, PodUnreachableError) as error:
                seconds = next(pauses, None)
                if seconds is None:
                    raise _unreachable(error, self._root) from error
            self._pause(seconds)


def _unreachable(error: Exception, root: str) -> PodUnreachableError:
    if isinstance(error, PodUnreachableError):
        return error
    why = "does not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    return PodUnreachableError(f"the pod at {root} {why} ({type(error).__name__})")


def _accepted(response: httpx.Response, path: str) -> httpx.Response:
    status = response.status_code
    if response.is_success or status == httpx.codes.NOT_FOUND:
        return response
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise PodAccessError(f"the pod refuses access to {path or 'the container'} ({status})")
    if status in {httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED}:
        raise PodConflictError(f"{path} is not what was read before ({status})")
    if response.is_server_error or response.is_redirect or status == _OVERLOADED:
        raise PodUnreachableError(f"the pod's server answers with {status}")
    raise PodError(f"the pod's server does not take the request ({status})", hint="Run: pod-agent doctor")


def _etag(response: httpx.Response) -> ETag:
    try:
        return ETag(response.headers["etag"])
    except KeyError:
        raise PodError(
            "the pod's server gives no ETags, so writes cannot be kept apart",
            hint="Choose a server that does, for example Community Solid Server.",
        ) from None
