"""Who may do what: one table, in which nobody is forgotten and nobody has more than their work needs."""

from __future__ import annotations

from doorstep.access.roles import GRANTED, Permission, Role, department_of, may, permissions_of
from doorstep.events.steps import DEPARTMENT

OUTSIDE = {"carrier"}  # a department of the process whose people work elsewhere


def test_every_role_is_in_the_table_and_every_department_has_its_role() -> None:
    assert set(GRANTED) == set(Role)
    assert {role.department for role in Role if role.department} == set(DEPARTMENT.values()) - OUTSIDE


def test_an_admin_may_do_everything_and_nobody_else_manages_accounts() -> None:
    assert permissions_of([Role.ADMIN]) == set(Permission)
    assert [role for role in Role if may([role], Permission.MANAGE_ACCOUNTS)] == [Role.ADMIN]


def test_everybody_sees_orders_and_the_floor_does_not_see_what_they_cost() -> None:
    assert all(may([role], Permission.SEE_ORDERS) for role in Role)
    for role in (Role.WAREHOUSE, Role.PACKING, Role.RECEIVING, Role.STOCK_CONTROL):
        assert not may([role], Permission.SEE_COSTS)


def test_two_roles_may_do_what_either_may_and_none_may_do_nothing() -> None:
    both = [Role.PACKING, Role.SALES]
    assert may(both, Permission.SEE_FLOOR)
    assert may(both, Permission.SEE_COSTS)
    assert not any(may([], permission) for permission in Permission)


def test_whoever_manages_acts_for_the_department_of_the_work_in_hand() -> None:
    assert department_of([Role.ADMIN, Role.PACKING]) == "packing"
    assert department_of([Role.MANAGER, Role.ADMIN]) == ""
