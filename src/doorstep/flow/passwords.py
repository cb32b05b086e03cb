"""Passwords as they are kept: argon2id, its work chosen so that a small machine signs people in at once."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 256
_FEWEST_LETTERS = 5
# OWASP's Password Storage Cheat Sheet, 2024: 19 MiB, 2 passes, 1 lane. 16 at once need 0.3 GiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def wrong_with(password: str, login: str) -> str:
    """What is wrong with a new password, '' where it will do."""
    if len(password) < SHORTEST:
        return f"It has {len(password)} characters; a password has at least {SHORTEST}. A few words in a row will do."
    if len(password) > LONGEST:
        return f"It has {len(password)} characters; a password has at most {LONGEST}."
    if len(set(password)) < _FEWEST_LETTERS:
        return "It repeats the same few characters; take a few words in a row."
    if login.casefold() in password.casefold() and len(password) - len(login) < SHORTEST // 2:
        return "It is the login with little added; take a few words in a row."
    return ""


def hash_of(password: str) -> str:
    """The hash to keep, with its salt and work in it."""
    return _HASHER.hash(_spelt(password))


def fits(password_hash: str, password: str) -> bool:
    """Whether the password is the one of the hash. Takes the same time where there is no hash ('') to compare with."""
    try:
        return _HASHER.verify(password_hash or _nobodys(), _spelt(password[: 4 * LONGEST])) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other work than today's: it can be made anew when the password is at hand."""
    return _HASHER.check_needs_rehash(password_hash)


def _spelt(password: str) -> bytes:
    """The same bytes, however a keyboard composes its letters."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash(b"nobody has this password")
