"""The operator's Ed25519 keys, as PEM files: one that signs, and one that everybody may have."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from schema.errors import HeatstreamError

if TYPE_CHECKING:
    from pathlib import Path


class NoKey(HeatstreamError):
    """What was named is no such key; the sentence says what to do."""


def make(path: Path) -> Path:
    """Write a new key to `path`, which only its owner may read, and its public half beside it; returns where that is.

    Raises NoKey where one of them exists: a key that is overwritten is lost.
    """
    public = path.with_name(path.name + ".pub")
    key = Ed25519PrivateKey.generate()
    private_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public_pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for file, mode, pem in ((public, 0o644, public_pem), (path, 0o600, private_pem)):
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
                opened.write(pem)
        except OSError as failure:
            raise NoKey(f"the key cannot be written to {file}: {failure.strerror}") from failure
    return public


def signer(path: Path) -> Ed25519PrivateKey:
    """The key that signs. Raises NoKey."""
    try:
        key = serialization.load_pem_private_key(_read(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"{path} is no key that signs: make one with `heatstream audit key {path.name}`")
    return key


def checker(path: Path) -> Ed25519PublicKey:
    """The public key of a file that holds it, or the key that signs. Raises NoKey."""
    try:
        key = serialization.load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        return signer(path).public_key()
    if not isinstance(key, Ed25519PublicKey):
        raise NoKey(f"{path} is a public key, but not of Ed25519")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """16 hex characters that name a key."""
    return hashlib.blake2b(key.public_bytes_raw(), digest_size=8).hexdigest()


def signed_by(key: Ed25519PublicKey, signature: bytes, said: bytes) -> bool:
    try:
        key.verify(signature, said)
    except InvalidSignature:
        return False
    return True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as failure:
        raise NoKey(f"the key {path} cannot be read: {failure.strerror}") from failure
