"""Certificates of a server that does TLS itself: whether they fit their key, and until when they hold."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from pod_agent.errors import UsageError

__all__ = ["check_pair", "valid_until"]


def check_pair(certificate: Path, key: Path) -> None:
    """UsageError where the files cannot be read, are no PEM, or do not belong together."""
    try:
        secret = load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{key} is no private key that can be read", hint="It is a PEM file without a passphrase."
        ) from error
    public = _first(certificate).public_key()
    if _der(public) != _der(secret.public_key()):
        raise UsageError(
            f"{certificate} does not belong to {key}", hint="Give the certificate first, then its issuers."
        )


def valid_until(certificate: Path) -> datetime:
    """When the server's certificate expires, in UTC; UsageError where it cannot be read."""
    return _first(certificate).not_valid_after_utc


def _first(certificate: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    except (OSError, ValueError) as error:
        raise UsageError(f"{certificate} is no certificate that can be read", hint="It is a PEM file.") from error


def _der(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
