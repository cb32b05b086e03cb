"""What became of a label whose answer was lost, at UPS, FedEx, USPS and DHL; and what cannot be asked of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from doorstep.carriers import dialects, karrio_bridge
from doorstep.carriers.karrio_seller import Seller
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    LabelMade,
    NoLabel,
    Parked,
    PickupOff,
    Reply,
    Request,
    Unsure,
)
from doorstep.carriers.port import LabelAsk as Ask
from tests.carriers.contract import SHOP, manifest_ask, mm, pickup_ask
from tests.carriers.karrio_answers import OURS, PDF, SELLER, USPS, ZPL, asked, b64, multipart, reply, wanted

if not karrio_bridge.installed():
    pytest.skip(f"the extra is not installed; {karrio_bridge.HOW_TO_INSTALL}", allow_module_level=True)


RECOVERED = {
    "LabelRecoveryResponse": {
        "Response": {"ResponseStatus": {"Code": "1"}, "TransactionReference": {"CustomerContext": OURS}},
        "ShipmentIdentificationNumber": "1ZA1B2C30300000011",
        "LabelResults": [
            {
                "TrackingNumber": "1ZA1B2C30300000011",
                "LabelImage": {"LabelImageFormat": {"Code": "ZPL"}, "GraphicImage": b64(ZPL)},
            }
        ],
    }
}


def ups_error(code: str) -> Reply:
    return reply({"response": {"errors": [{"code": code, "message": "The shipment could not be found."}]}}, 400)


def usps_error(code: str) -> Reply:
    return reply({"error": {"code": "400", "message": "Bad Request", "errors": [{"code": code, "detail": "No."}]}}, 400)


def test_ups_and_usps_find_a_label_again_and_say_for_certain_that_there_is_none() -> None:
    ups, usps = SELLER["ups"], SELLER["usps"]
    assert (OURS in ups.build_lookup(OURS).body.decode(), ups.build_lookup(OURS).path) == (
        True,
        "/api/labels/v1/recovery",
    )
    found = LabelMade("1ZA1B2C30300000011", 0, "USD", ZPL, "application/zpl", cost_known=False)
    assert ups.read_lookup(reply(RECOVERED), OURS) == found
    assert isinstance(ups.read_lookup(reply(RECOVERED), "lbl_other"), Parked)
    assert ups.read_lookup(ups_error("9801031"), OURS) == NoLabel(OURS)
    assert ups.read_lookup(ups_error("9801040"), OURS) == NoLabel(OURS, voided=True)
    assert isinstance(ups.read_lookup(Reply(404, b"<html>not found</html>"), OURS), Parked), "a proxy proves nothing"
    bought, again = usps.build_label(wanted("usps")), usps.build_lookup(OURS)
    assert isinstance(bought, Request)
    assert bought.headers["X-Idempotency-Key"] == again.headers["X-Idempotency-Key"]
    reprinted = usps.read_lookup(multipart(USPS, PDF, "labelMetadata", "labelImage"), OURS)
    assert reprinted == LabelMade("9234690000000000000011", 840, "USD", PDF, "application/pdf")
    assert usps.read_lookup(usps_error("160412"), OURS) == NoLabel(OURS)
    assert usps.read_lookup(usps_error("160979"), OURS) == NoLabel(OURS, voided=True)


@pytest.mark.parametrize(
    ("name", "knows", "knows_none"),
    [
        (
            "fedex",
            reply(
                {
                    "output": {
                        "completeTrackResults": [{"trackResults": [{"trackingNumberInfo": {"trackingNumber": "7946"}}]}]
                    }
                }
            ),
            reply({"errors": [{"code": "TRACKING.REFERENCENUMBER.NOTFOUND", "message": "Not found."}]}, 404),
        ),
        (
            "dhl",
            reply({"shipments": [{"shipmentTrackingNumber": "1234567890"}]}),
            reply({"status": 404, "title": "No data found", "detail": "No shipments found"}, 404),
        ),
    ],
)
def test_fedex_and_dhl_give_no_document_twice_so_a_person_is_told_what_to_look_for(
    name: str, knows: Reply, knows_none: Reply
) -> None:
    assert not dialects.finds_labels(dialects.KARRIO + name)
    found = SELLER[name].read_lookup(knows, OURS)
    assert isinstance(found, Unsure)
    assert found.tracking_number in ("7946", "1234567890")
    assert OURS in found.says
    missing = SELLER[name].read_lookup(knows_none, OURS)
    assert isinstance(missing, Unsure)
    assert missing.tracking_number == ""
    assert isinstance(SELLER[name].read_lookup(Reply(200, b"{}"), OURS), Parked)


@pytest.mark.parametrize("name", ["ups", "fedex", "usps", "dhl"])
def test_what_cannot_be_asked_for_says_what_to_do(name: str) -> None:
    abroad = replace(wanted(name), ship_to=replace(SHOP, country="CA", postcode="K1A 0B1"))
    unknown = replace(wanted(name), service_id="by-pigeon")
    for built, code in (
        (SELLER[name].build_label(abroad), "crosses_customs"),
        (SELLER[name].build_label(unknown), "no_service"),
        (Seller(name).build_label(wanted(name)), "no_account"),
    ):
        assert isinstance(built, CarrierSaysNo)
        assert (built.code, built.retry) == (code, False)
    if name != "usps":
        told = SELLER[name].build_manifest(manifest_ask(AtCarrier("1")))
        assert isinstance(told, CarrierSaysNo)
        assert "doorstep print make manifest" in told.says


def test_a_large_or_heavy_parcel_is_priced_by_usps_as_it_is() -> None:
    def described(each: Ask) -> dict[str, object]:
        return dict(json.loads(asked(lambda: SELLER["usps"].build_label(each))().body)["packageDescription"])

    small, large = described(wanted("usps")), described(replace(wanted("usps"), sides=mm(300, 600, 400)))
    assert (small["rateIndicator"], small["processingCategory"]) == ("SP", "MACHINABLE")
    assert (large["rateIndicator"], large["processingCategory"]) == ("DR", "NONSTANDARD")
    assert "girth" not in small


def test_a_driver_is_asked_for_at_the_time_on_the_shops_wall_and_can_be_sent_away() -> None:
    whom = replace(pickup_ask(AtCarrier("1"), AtCarrier("2")), zone="America/Chicago")
    said = {name: asked(lambda name=name: SELLER[name].build_pickup(whom))().body.decode() for name in SELLER}  # type: ignore[misc]
    assert '"ReadyTime": "1200"' in said["ups"]
    assert "2026-03-02T12:00:00 GMT-06:00" in said["dhl"]
    gone = {"ups": {"PickupCancelResponse": {"Response": {"ResponseStatus": {"Code": "1"}}}}}
    gone["fedex"] = {"output": {"pickupConfirmationCode": "7"}}  # type: ignore[dict-item]
    assert SELLER["ups"].read_pickup_cancel(reply(gone["ups"]), "P1") == PickupOff("P1")
    assert SELLER["fedex"].read_pickup_cancel(reply(gone["fedex"]), "7/CHIA/d") == PickupOff("7/CHIA/d")
    assert SELLER["usps"].read_pickup_cancel(Reply(200, b""), "W1") == PickupOff("W1")
    assert SELLER["dhl"].read_pickup_cancel(Reply(200, b""), "P1") == PickupOff("P1")
