"""Who may ask and who may tell: API keys and carriers' secrets, as settings spell them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from doorstep.events.steps import DEPARTMENT
from doorstep.flow.office import Who
from doorstep.links.ends import BadSettingError

KEYS = "DOORSTEP_API_KEYS"
SECRETS = "DOORSTEP_CARRIER_SECRETS"
_SHORTEST = 16
_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_DEPARTMENTS = frozenset(DEPARTMENT.values())


def read_keys(text: str) -> dict[str, Who]:
    """Who acts with each key, from words `name:department:key`; no message shows a key.

    A blank in a department's name is written as _; where it is left out, each step's own department is meant. One
    name may have several keys, so that one can replace another. BadSettingError where a word cannot be meant.
    """
    found: dict[str, Who] = {}
    for number, word in enumerate(text.split(), 1):
        name, department, key = [*word.split(":", 2), "", ""][:3]
        department = department.replace("_", " ")
        if word.count(":") < 2 or not _NAME.fullmatch(name):
            raise BadSettingError(f"{KEYS}: word {number} is not of the form name:department:key")
        if department and department not in _DEPARTMENTS:
            known = ", ".join(sorted(known.replace(" ", "_") for known in _DEPARTMENTS))
            raise BadSettingError(f"{KEYS}: {name} is of no department we know; leave it out or use one of {known}")
        if len(key) < _SHORTEST:
            raise BadSettingError(f"{KEYS}: the key of {name} is shorter than {_SHORTEST} characters")
        if key in found:
            raise BadSettingError(f"{KEYS}: {name} has the same key as {found[key].actor}")
        found[key] = Who(name, department)
    return found


def read_secrets(text: str) -> dict[str, tuple[bytes, ...]]:
    """Each carrier's live secrets, from words `carrier=secret`; a carrier named twice has two while one replaces the
    other. BadSettingError where a word cannot be meant; no message shows a secret.
    """
    found: dict[str, tuple[bytes, ...]] = {}
    for number, word in enumerate(text.split(), 1):
        carrier_id, _, secret = word.partition("=")
        if not carrier_id or len(secret) < _SHORTEST:
            raise BadSettingError(
                f"{SECRETS}: word {number} is not of the form carrier=secret, with a secret of at least {_SHORTEST} "
                "characters"
            )
        found[carrier_id] = (*found.get(carrier_id, ()), secret.encode())
    return found


Secrets = Mapping[str, tuple[bytes, ...]]
