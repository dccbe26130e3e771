"""Client certificates of a made-up authority, and servers that demand one."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = timedelta(days=1)


def key_text(key: ec.EllipticCurvePrivateKey, *, passphrase: str = "") -> str:
    """A key in PEM."""
    how = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how).decode()


@attrs.define
class Authority:
    """Signs certificates."""

    name: str
    key: ec.EllipticCurvePrivateKey = attrs.Factory(lambda: ec.generate_private_key(ec.SECP256R1()))
    last_key: ec.EllipticCurvePrivateKey | None = None

    @property
    def paper(self) -> str:
        """Its own certificate."""
        return self._signed(self.name, self.key, -DAY, 400 * DAY, is_authority=True)

    def paper_for(self, name: str, *, begins: timedelta = -DAY, ends: timedelta = 90 * DAY) -> str:
        """A certificate, whose key is ``last_key`` then."""
        self.last_key = ec.generate_private_key(ec.SECP256R1())
        return self._signed(name, self.last_key, begins, ends)

    def pem_for(self, name: str, **times: timedelta) -> str:
        """A certificate with its key."""
        paper = self.paper_for(name, **times)
        assert self.last_key
        return paper + key_text(self.last_key)

    def server(self, folder: Path, host: str, *, demands: bool = True) -> ssl.SSLContext:
        """The context of a server of this name that lets nobody in without a certificate of this authority."""
        file = folder / f"{self.name}-{host}.pem"
        file.write_text(self.pem_for(host))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.load_verify_locations(cadata=self.paper)
        context.verify_mode = ssl.CERT_REQUIRED if demands else ssl.CERT_NONE
        return context

    def client(self) -> ssl.SSLContext:
        """A context that trusts servers of this authority."""
        return ssl.create_default_context(cadata=self.paper)

    def _signed(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        begins: timedelta,
        ends: timedelta,
        *,
        is_authority: bool = False,
    ) -> str:
        now, named = datetime.now(UTC), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.name)])
        signer = self.key.public_key()
        made = (
            x509.CertificateBuilder(issuer, named, key.public_key(), x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
            .add_extension(
                x509.KeyUsage(True, False, False, False, False, is_authority, is_authority, False, False), critical=True
            )
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM).decode()
