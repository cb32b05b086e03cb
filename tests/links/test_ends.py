from __future__ import annotations

import pytest

from doorstep.carriers import karrio_bridge
from doorstep.links.ends import BadSettingError, ends_of


def test_a_carrier_is_billed_under_its_account_and_dhl_takes_name_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(karrio_bridge, "installed", lambda: True)
    said = "dhl=karrio-dhl+https://express.api.dhl.com/mydhlapi local=http://carrier.test"
    ends = ends_of(said, "dhl=name:password local=k", accounts="dhl=123456789")
    assert (ends["dhl"].account, ends["local"].account) == ("123456789", "")
    assert ends["dhl"].headers["Authorization"] == "Basic bmFtZTpwYXNzd29yZA=="
    assert ends["local"].headers["Authorization"] == "Bearer k"


def test_a_dialect_whose_extra_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(karrio_bridge, "installed", lambda: False)
    with pytest.raises(BadSettingError, match=r"pip install 'doorstep\[karrio\]'"):
        ends_of("ups=karrio-ups+https://onlinetools.ups.com")
