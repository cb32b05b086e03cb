"""Scenarios are played in the corner shop of the flow's tests."""

from tests.flow.conftest import shelf, shop_url

__all__ = ["shelf", "shop_url"]
