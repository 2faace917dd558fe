"""TLS in front of a loopback server, with certificates made at run time and each a little wrong."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# "trusted" verifies against its own authority file; the others never do.
KINDS = ("trusted", "self-signed", "wrong-host", "expired")


def certificate(kind: str, folder: Path) -> tuple[Path, Path, Path]:
    """Write a chain into `folder`; return (authority PEM, server chain PEM, server key PEM)."""
    if kind not in KINDS:
        raise ValueError(f"no certificate is called {kind!r}; known: {', '.join(KINDS)}")
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _signed("wire authority", authority_key, authority_key, None, kind="authority")
    issuer = None if kind == "self-signed" else authority
    signer = key if kind == "self-signed" else authority_key
    leaf = _signed("127.0.0.1", key, signer, issuer, kind=kind)
    paths = (folder / "authority.pem", folder / f"{kind}.pem", folder / f"{kind}.key")
    paths[0].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    paths[2].touch(mode=0o600)
    paths[2].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    *,
    kind: str,
) -> x509.Certificate:
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    begin, end = (now - 3 * day, now - day) if kind == "expired" else (now - day, now + day)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    constraints = x509.BasicConstraints(ca=kind == "authority", path_length=None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(constraints, critical=True)
    )
    if kind != "authority":
        other = x509.DNSName("exchange.invalid")
        here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        names = [other] if kind == "wrong-host" else [here, x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, hashes.SHA256())


def context(chain: Path, key: Path) -> ssl.SSLContext:
    """Return a server context for these files."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(chain, key)
    return made
