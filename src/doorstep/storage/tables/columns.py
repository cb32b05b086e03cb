"""Kinds of column. Quantities, grams, millimetres, seconds and minor units are whole numbers; instants have a zone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

PERMANENT = MetaData()
VIEWS = MetaData()


def key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def key_no(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


def whole_key(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def words(name: str, index: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, index=index, server_default="")


def whole(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def yes_no(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default="false")


def instant(name: str, nullable: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def json(name: str) -> Column[Any]:
    return Column(name, JSONB, nullable=False)
