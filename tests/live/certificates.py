"""Certificates for tests, made by openssl."""

import hashlib
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["Certificate", "make_certificate"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that vouches for itself.

    Args:
        both: The file with key and certificate.
        alone: The file with the certificate only.
    """

    both: Path
    alone: Path

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate in hexadecimal digits, as services keep it."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.alone.read_text())).hexdigest()


def make_certificate(folder: Path, name: str = "localhost") -> Certificate:
    """Make a certificate for a host or a person; skip the test where there is no openssl.

    Args:
        folder: Where its files go.
        name: Whom it names.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no certificate to test TLS with")
    key, alone, both = folder / f"{name}.key", folder / f"{name}.cert", folder / f"{name}.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", alone),
        ],
        check=True,
        capture_output=True,
    )
    both.write_text(key.read_text() + alone.read_text())
    return Certificate(both, alone)
