"""Whether a label was made after an answer was lost: the carriers' own ways, which karrio's plugins lack.

UPS    recovers a label by our reference, at once: POST /api/labels/v1/recovery
USPS   reprints it by the key that was sent with it, up to three times: POST /labels/v3/label-reprint
FedEx  tells where a parcel is by our reference, and gives no document twice: POST /track/v1/referencenumbers
DHL    as well: GET /tracking?shipmentReference=...

Neither FedEx nor DHL bills a label before the parcel is with them, and neither can show that there is none: a person
has to look. Source: the carriers' API documents, read in 2026.
"""

from __future__ import annotations

from urllib.parse import urlencode

from doorstep.carriers.documents import media_type
from doorstep.carriers.karrio_bridge import plugin
from doorstep.carriers.karrio_ship import key_at_usps, reference_at
from doorstep.carriers.karrio_sold import document_in, read
from doorstep.carriers.karrio_wire import HEADERS, answer_of, bytes_of, no_of, parked, safely
from doorstep.carriers.port import CarrierSaysNo, LabelMade, NoLabel, Parked, Reply, Request, Unsure
from doorstep.carriers.reading import UnreadableError, read_list, read_part, read_text, read_text_if_any

Json = dict[str, object]
# What UPS and USPS answer where nothing was made under a reference, and where what was made is void.
_NONE = {"ups": "9801031", "usps": "160412"}
_VOID = {"ups": "9801040", "usps": "160979"}
_LOOK = {
    "fedex": "in FedEx Ship Manager; cancel it there if it is, for FedEx bills it when a driver scans it",
    "dhl": "in MyDHL+; DHL bills it when a driver scans it, so tear up what was printed of it",
}


def build(name: str, account: str, reference: str) -> Request:
    """Ask what became of the label of this reference of ours."""
    ours = reference_at(name, reference)
    billed = account.partition(":")[0]
    if name == "ups":
        said: dict[str, object] = {
            "Request": {"SubVersion": "1903", "TransactionReference": {"CustomerContext": ours}},
            "LabelSpecification": {
                "LabelImageFormat": {"Code": "ZPL"},
                "LabelStockSize": {"Height": "6", "Width": "4"},
            },
            "ReferenceValues": {"ReferenceNumber": {"Value": ours}, "ShipperNumber": billed},
        }
        return Request("POST", "/api/labels/v1/recovery", HEADERS, bytes_of({"LabelRecoveryRequest": said}))
    if name == "usps":
        headers = {"Content-Type": "application/json", "X-Idempotency-Key": key_at_usps(reference)}
        image = {"imageInfo": {"imageType": "PDF", "labelType": "4X6LABEL"}}
        return Request("POST", "/labels/v3/label-reprint", headers, bytes_of(image))
    if name == "fedex":
        asked = {"type": "CUSTOMER_REFERENCE", "value": ours, "accountNumber": billed}
        body = {"referencesInformation": asked, "includeDetailedScans": False}
        return Request("POST", "/track/v1/referencenumbers", HEADERS, bytes_of(body))
    query = {"shipmentReference": ours, "shipmentReferenceType": "CU", "shipperAccountNumber": billed}
    return Request("GET", f"/tracking?{urlencode(query)}", {"Accept": "application/json"})


def read_found(name: str, reply: Reply, reference: str) -> LabelMade | NoLabel | Unsure | CarrierSaysNo | Parked:
    """The label, that there is none, or that a person has to look."""
    if name == "usps":
        return _none_or(name, read(name, reply, reference), reference)
    try:
        answer, no = answer_of(reply)
        if no is not None:
            return no
        if name == "ups":
            return _none_or(name, _recovered(answer, reply, reference), reference)
        return _unsure(name, answer, reply, reference)
    except UnreadableError as problem:
        return parked(reply, problem)


def _none_or(
    name: str, found: LabelMade | CarrierSaysNo | Parked, reference: str
) -> LabelMade | NoLabel | CarrierSaysNo | Parked:
    code = found.code if isinstance(found, CarrierSaysNo) else ""
    if code == _NONE[name]:
        return NoLabel(reference)
    return NoLabel(reference, voided=True) if code == _VOID[name] else found


def _recovered(answer: Json, reply: Reply, reference: str) -> LabelMade | CarrierSaysNo:
    """The label that UPS found. What it costs it does not tell a second time."""
    if answer.get("LabelRecoveryResponse") is None:
        return no_of(reply, safely(lambda: plugin("ups").errors(_wrapped(answer))))
    told = read_part(answer, "LabelRecoveryResponse")
    context = read_text_if_any(read_part(read_part(told, "Response"), "TransactionReference"), "CustomerContext")
    if context != reference_at("ups", reference):
        raise UnreadableError(f"the answer is about another reference than {reference}")
    found = told.get("LabelResults")
    results = [read_part(told, "LabelResults")] if isinstance(found, dict) else read_list(told, "LabelResults")
    if len(results) != 1:
        raise UnreadableError(f"{len(results)} labels under one reference")
    document = document_in(read_text(read_part(results[0], "LabelImage"), "GraphicImage", 4_000_000))
    number = read_text(results[0], "TrackingNumber", 64)
    return LabelMade(number, 0, "USD", document, media_type(document), cost_known=False)


def _wrapped(answer: Json) -> Json:
    """Its errors stand by themselves here, and under `response` elsewhere."""
    return answer if "response" in answer else {"response": answer}


def _unsure(name: str, answer: Json, reply: Reply, reference: str) -> Unsure | CarrierSaysNo:
    """Where the parcel is by our reference: its number, if the carrier knows one by now."""
    numbers = (_fedex if name == "fedex" else _dhl)(answer)
    if numbers is None:
        no = no_of(reply, safely(lambda: plugin(name).errors(answer)))
        if no.retry:
            return no
    ours = reference_at(name, reference)
    told = f"it has a label {', '.join(numbers)}" if numbers else "it tells of no label yet"
    says = (
        f"its answer was lost; {told} under our reference {ours}, and it gives no document twice. "
        f"Look for that reference {_LOOK[name]}. Then ask for the label again."
    )
    return Unsure(reference, says, numbers[0] if numbers and len(numbers) == 1 else "")


def _fedex(answer: Json) -> list[str] | None:
    """Numbers under the reference; None where nothing is said of any."""
    if answer.get("output") is None:
        return None
    complete = read_list(read_part(answer, "output"), "completeTrackResults")
    found = [one for each in complete for one in read_list(each, "trackResults") if not one.get("error")]
    return list(dict.fromkeys(read_text(read_part(one, "trackingNumberInfo"), "trackingNumber", 64) for one in found))


def _dhl(answer: Json) -> list[str] | None:
    if answer.get("shipments") is None:
        return None
    return list(dict.fromkeys(read_text(one, "shipmentTrackingNumber", 64) for one in read_list(answer, "shipments")))
