"""The way to karrio's plugins, an extra of its own (`doorstep[karrio]`): loaded when first spoken through, and offline.

karrio knows how UPS, FedEx, USPS and DHL spell a request and an answer. It is used for that alone: it is given no key
and no address of a server, so what would ask a carrier behind our back (a proof of delivery, a token) fails at once.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

PLUGINS = {"ups": "ups", "fedex": "fedex", "usps": "usps", "dhl": "mydhl"}
HOW_TO_INSTALL = "install it with: pip install 'doorstep[karrio]'"
# Whatever karrio meets in an answer that it did not expect. What it raises of its own accord is a plain Exception.
UNEXPECTED = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class OfflineError(RuntimeError):
    """karrio was about to speak to the carrier itself."""


class NotInstalledError(ValueError):
    """The extra is not installed; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One carrier's plugin: its mapper of requests and answers, its reader of errors, karrio's models.

    `parts` reads an answer that comes in several parts, of the one that answers so.
    """

    mapper: Any
    errors: Any
    units: Any
    models: Any
    lib: Any
    parts: Any = None


def installed() -> bool:
    """Whether the extra is there."""
    try:
        return all(importlib.util.find_spec(f"karrio.mappers.{plugin}") is not None for plugin in PLUGINS.values())
    except ModuleNotFoundError:
        return False


@lru_cache(maxsize=64)
def plugin(dialect: str, account: str = "", country: str = "US") -> Plugin:
    """The plugin that speaks the dialect, for one account of ours; NotInstalledError where the extra is not there."""
    name = PLUGINS[dialect]
    try:
        importlib.import_module("loguru").logger.disable("karrio")
        importlib.import_module("jstruct.utils").logger.disabled = True  # it warns of every field it does not know
        settings = importlib.import_module(f"karrio.mappers.{name}.settings").Settings
        mapper = importlib.import_module(f"karrio.mappers.{name}.mapper").Mapper
        units = importlib.import_module(f"karrio.providers.{name}.units")
        errors = importlib.import_module(f"karrio.providers.{name}.error")
        parts = getattr(importlib.import_module(f"karrio.providers.{name}.utils"), "parse_response", None)
        models, lib = importlib.import_module("karrio.core.models"), importlib.import_module("karrio.lib")
    except ModuleNotFoundError as missing:
        raise NotInstalledError(f"{dialect} is spoken through karrio, which is not here; {HOW_TO_INSTALL}") from missing
    offline = type("Offline", (settings,), {"server_url": property(_no_server)})
    keys = ("client_id", "client_secret", "api_key", "secret_key", "username", "password")
    fields = {field.name for field in settings.__attrs_attrs__}
    made = offline(**{key: "" for key in keys if key in fields}, account_number=account or None)
    made.account_country_code = country
    return Plugin(mapper(made), lambda answer: errors.parse_error_response(answer, made), units, models, lib, parts)


def _no_server(_: object) -> str:
    raise OfflineError("nothing is asked of a carrier but by the sender")
