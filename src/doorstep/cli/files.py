"""Files that people hand in, read as TOML or JSON with the line and column where they cannot be; and files of ours."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from doorstep.cli.failures import CANNOT_CREATE, DATA, NO_INPUT, StoppedError

STANDARD_INPUT = "-"
_TOML_PLACE = re.compile(r"(?P<says>.*) \(at (line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)


def name_of(file: str) -> str:
    return "standard input" if file == STANDARD_INPUT else file


def bytes_of(file: str) -> bytes:
    """What is in the file, or on standard input for `-`; StoppedError where there is nothing to be had."""
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        raise StoppedError(f"There is no file {file}.", NO_INPUT) from None
    except OSError as wrong:
        raise StoppedError(f"{file} cannot be read: {wrong.strerror}.", NO_INPUT) from None


def write_text(file: str, text: str) -> None:
    """Write a file of ours; StoppedError where that cannot be."""
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as wrong:
        raise StoppedError(f"{file} cannot be written: {wrong.strerror}.", CANNOT_CREATE) from None


def write_bytes(file: str, content: bytes) -> None:
    """Write a document into a file; StoppedError where that cannot be."""
    try:
        Path(file).write_bytes(content)
    except OSError as wrong:
        raise StoppedError(f"{file} cannot be written: {wrong.strerror}.", CANNOT_CREATE) from None


def parsed(file: str) -> Any:
    """The file as plain values: TOML or JSON by the ending of its name, else by how it begins."""
    raw = bytes_of(file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise StoppedError(f"{name_of(file)}, line {line}: this is not UTF-8 text.", DATA) from None
    is_json = file.endswith(".json") or (not file.endswith(".toml") and text.lstrip()[:1] in ("{", "["))
    try:
        return _json(file, text) if is_json else _toml(file, text)
    except RecursionError:
        raise StoppedError(f"{name_of(file)}: values are nested too deeply.", DATA) from None


def _json(file: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno}, column {wrong.colno}"
        raise StoppedError(f"{name_of(file)}, {place}: this is not JSON: {wrong.msg}.", DATA) from None
    except ValueError as wrong:  # a number of more digits than anyone needs
        raise StoppedError(f"{name_of(file)}: this is not JSON we take: {wrong}.", DATA) from None


def _toml(file: str, text: str) -> Any:
    try:
        return tomllib.loads(text)
    except ValueError as wrong:
        found = _TOML_PLACE.fullmatch(str(wrong))
        if found is None:
            raise StoppedError(f"{name_of(file)}: this is not TOML: {wrong}.", DATA) from None
        lines = text.splitlines() or [""]
        line, column = found["line"] or len(lines), found["column"] or len(lines[-1]) + 1
        place = f"line {line}, column {column}"
        raise StoppedError(f"{name_of(file)}, {place}: this is not TOML: {found['says']}.", DATA) from None
