"""What takes long to count is shown as it was, with its hour."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from doorstep.access.roles import Role
from doorstep.flow.look_chart import chart_at_hand
from doorstep.flow.look_today import today
from tests.beside import counted_beside
from tests.corner_shop import Shop
from tests.web.people import Browser


def test_a_slow_chart_says_how_old_it_is(browser: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = browser.enter(Role.ADMIN)
    monkeypatch.setattr("doorstep.web.chart.chart_at_hand", partial(chart_at_hand, patience=timedelta(-1)))
    assert "being drawn" not in admin.words("/chart?days=28")
    shop.later(minutes=2)
    assert "a newer one is being drawn" in admin.words("/chart?days=28")
    counted_beside()


def test_promises_kept_and_costs_that_were_counted_a_minute_ago_say_so(
    browser: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = browser.enter(Role.ADMIN)
    monkeypatch.setattr("doorstep.web.today.today", partial(today, patience=timedelta(-1)))
    assert "counted at" not in admin.words("/today")
    shop.later(seconds=30)
    assert admin.words("/today").count("counted at") == 2
