"""Roles, permissions, and the one table between them. Every door that knows who asks looks here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person does here: the work of a department, or the management of all of them. ADMIN may do everything."""

    SALES = "sales"
    PLANNING = "planning"
    WAREHOUSE = "warehouse"
    PACKING = "packing"
    SHIPPING = "shipping"
    RECEIVING = "receiving"
    STOCK_CONTROL = "stock control"
    SERVICE = "service"
    MASTER_DATA = "master data"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def department(self) -> str:
        """The department whose work it is, '' for those that stand above all."""
        return "" if self in (Role.MANAGER, Role.ADMIN) else str(self)


class Permission(StrEnum):
    """One thing that a person may or may not do."""

    SEE_ORDERS = "see orders"
    SEE_COSTS = "see costs"
    SEE_STOCK = "see stock"
    SEE_FLOOR = "see the floor"
    SEE_CHART = "see the process chart"
    SEE_ROUTES = "see routes"
    RUN_ROUTES = "run routes"
    MAKE_TRACKING_LINKS = "make tracking links"
    MANAGE_ACCOUNTS = "manage accounts"


_ORDERS, _COSTS, _STOCK = Permission.SEE_ORDERS, Permission.SEE_COSTS, Permission.SEE_STOCK
_FLOOR, _CHART, _LINKS = Permission.SEE_FLOOR, Permission.SEE_CHART, Permission.MAKE_TRACKING_LINKS
_ROUTES, _RUN = Permission.SEE_ROUTES, Permission.RUN_ROUTES

# Everyone sees orders: work is sorted by the promise it belongs to. What an order costs is not everyone's business.
GRANTED: Mapping[Role, frozenset[Permission]] = {
    Role.SALES: frozenset({_ORDERS, _COSTS, _STOCK, _LINKS}),
    Role.PLANNING: frozenset({_ORDERS, _COSTS, _STOCK, _FLOOR, _CHART, _ROUTES, _RUN}),
    Role.WAREHOUSE: frozenset({_ORDERS, _STOCK, _FLOOR, _ROUTES}),
    Role.PACKING: frozenset({_ORDERS, _FLOOR}),
    Role.SHIPPING: frozenset({_ORDERS, _COSTS, _FLOOR, _LINKS, _ROUTES, _RUN}),
    Role.RECEIVING: frozenset({_ORDERS, _STOCK, _FLOOR}),
    Role.STOCK_CONTROL: frozenset({_ORDERS, _STOCK, _FLOOR}),
    Role.SERVICE: frozenset({_ORDERS, _COSTS, _STOCK, _FLOOR, _CHART, _LINKS, _ROUTES}),
    Role.MASTER_DATA: frozenset({_ORDERS, _STOCK}),
    Role.MANAGER: frozenset({_ORDERS, _COSTS, _STOCK, _FLOOR, _CHART, _LINKS, _ROUTES, _RUN}),
    Role.ADMIN: frozenset(Permission),
}


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Whether somebody with these roles may do it: one of them is enough."""
    return any(permission in GRANTED[role] for role in roles)


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that somebody with these roles may do."""
    return frozenset(permission for role in roles for permission in GRANTED[role])


def department_of(roles: Collection[Role]) -> str:
    """The department that somebody with these roles works for: that of the first that has one, in the enum's order."""
    return next((role.department for role in Role if role in roles and role.department), "")
