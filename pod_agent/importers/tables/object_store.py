"""Files in S3-compatible and other stores that fsspec knows, by an address that the person names.

This module opens a connection: to that store alone. A request for the named object is what leaves. The object is copied
to a private file and read like any other. S3 itself is spoken by Arrow, which reads Parquet here too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import IO, Any, Final, cast
from urllib.parse import urlsplit

from pod_agent.errors import MissingExtraError, RefusedExportError, UsageError

__all__ = ["ObjectFile", "is_object"]

HEAD: Final = 1 << 16
PATIENCE: Final = 20.0
"""Seconds that a store may take to answer."""

ATTEMPTS: Final = 3
_PACKAGES: Final = {"gs": "gcsfs", "abfs": "adlfs"}


def is_object(address: str) -> bool:
    """True for an address that names a store, such as ``s3://bucket/name.parquet``."""
    return "://" in address and urlsplit(address).scheme in {"s3", "s3a", "gs", "abfs", "memory", "file"}


class ObjectFile:
    """An object of a store, seen like a file on disk.

    ``endpoint`` is the address of an S3-compatible server other than Amazon's; keys are found where the store's own
    programs look for them, such as ``AWS_ACCESS_KEY_ID``, and never kept.
    """

    def __init__(self, address: str, endpoint: str | None = None) -> None:
        parts = urlsplit(address)
        self._address = address
        self._endpoint = endpoint
        self._scheme = parts.scheme
        self._path = "".join(_without_login(address.partition("://")[2]))
        if endpoint and (urlsplit(endpoint).scheme not in {"http", "https"} or "@" in urlsplit(endpoint).netloc):
            raise UsageError("the endpoint is an address such as https://host:9000, without keys")
        self._head: bytes | None = None

    @property
    def file(self) -> str:
        """The address without login."""
        return f"{self._scheme}://{self._path}"

    @property
    def member(self) -> None:
        """None: not in a zip."""
        return

    @property
    def head(self) -> bytes:
        """The first 64 KiB."""
        if self._head is None:
            with self.open() as stream:
                self._head = stream.read(HEAD)
        return self._head

    def open(self) -> IO[bytes]:
        """A stream from the start; RefusedExportError where the store does not give it."""
        opener: Callable[[], Any] = self._open_s3 if self._scheme in {"s3", "s3a"} else self._open_other
        try:
            return cast("IO[bytes]", opener())
        except ImportError as error:
            package = _PACKAGES.get(self._scheme, "'pod-agent[tables]'")
            raise MissingExtraError(
                f"{self._scheme}:// needs a package that is not installed", hint=f"pip install {package}"
            ) from error
        except (OSError, ValueError) as error:
            raise RefusedExportError(f"the store does not give {self.file} ({type(error).__name__})") from None

    def _open_s3(self) -> Any:
        from fsspec.implementations.arrow import (  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
            ArrowFSWrapper,
        )
        from pyarrow import fs  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

        options: dict[str, Any] = {"connect_timeout": PATIENCE, "request_timeout": PATIENCE}
        options["retry_strategy"] = fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS)
        if self._endpoint:
            parts = urlsplit(self._endpoint)
            region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
            options |= {"endpoint_override": parts.netloc, "scheme": parts.scheme, "region": region}
        return ArrowFSWrapper(fs.S3FileSystem(**options)).open(self._path, "rb")

    def _open_other(self) -> Any:
        import fsspec  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

        return fsspec.open(self._address, "rb").open()


def _without_login(place: str) -> tuple[str, str]:
    """Bucket and key of an address; a login before the bucket is left out."""
    bucket, slash, key = place.partition("/")
    return bucket.rpartition("@")[2], slash + key
