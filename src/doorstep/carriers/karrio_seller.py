"""UPS, FedEx, USPS and DHL Express through karrio's plugins: labels, voids, lists and drivers.

What makes it safe to buy labels from each of them is in `karrio_lookup`: what became of one whose answer was lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.carriers import karrio_desk, karrio_lookup, karrio_ship, karrio_sold, karrio_void
from doorstep.carriers.karrio_dialect import Karrio
from doorstep.carriers.port import (
    AtCarrier,
    CarrierSaysNo,
    LabelAsk,
    LabelMade,
    ManifestAsk,
    ManifestMade,
    NoLabel,
    NothingMade,
    NotYet,
    Opened,
    Parked,
    PickupAsk,
    PickupMade,
    PickupOff,
    Reply,
    Request,
    Unsure,
    Voided,
)


@dataclass(frozen=True, slots=True)
class Seller(Karrio):
    """One of the four, of whom labels are bought."""

    def build_label(self, ask: LabelAsk) -> Request | CarrierSaysNo:
        return karrio_ship.build(self.name, self.account, ask)

    def read_label(
        self, reply: Reply, reference: str, service_id: str = ""
    ) -> LabelMade | Opened | CarrierSaysNo | Parked:
        return karrio_sold.read(self.name, reply, reference)

    def build_lookup(self, reference: str, carrier_ref: str = "") -> Request:
        return karrio_lookup.build(self.name, self.account, reference)

    def read_lookup(
        self, reply: Reply, reference: str, service_id: str = ""
    ) -> LabelMade | Opened | NoLabel | Unsure | CarrierSaysNo | Parked:
        return karrio_lookup.read_found(self.name, reply, reference)

    def build_void(self, label: AtCarrier) -> Request | Voided:
        return karrio_void.build(self.name, self.account, label)

    def read_void(self, reply: Reply, label: AtCarrier) -> Voided | CarrierSaysNo | Parked:
        return karrio_void.read(self.name, reply, label)

    def build_manifest(self, ask: ManifestAsk, carrier_ref: str = "") -> Request | CarrierSaysNo:
        return karrio_desk.build_manifest(self.name, self.account, ask)

    def read_manifest(self, reply: Reply, ask: ManifestAsk) -> ManifestMade | NotYet | CarrierSaysNo | Parked:
        return karrio_desk.read_manifest(self.name, reply, ask)

    def build_manifest_lookup(self, ask: ManifestAsk) -> NothingMade:
        """There is no way to look; asked again, USPS takes no parcel that is on a form already, and says so."""
        return NothingMade(ask.reference)

    def read_manifest_lookup(
        self, reply: Reply, ask: ManifestAsk
    ) -> ManifestMade | NotYet | NothingMade | CarrierSaysNo | Parked:
        return Parked(None, "nothing was asked for", reply.body)

    def build_pickup(self, ask: PickupAsk, carrier_ref: str = "") -> Request | CarrierSaysNo:
        return karrio_desk.build_pickup(self.name, self.account, ask)

    def read_pickup(self, reply: Reply, ask: PickupAsk) -> PickupMade | Opened | CarrierSaysNo | Parked:
        return karrio_desk.read_pickup(self.name, reply, ask)

    def build_pickup_cancel(self, carrier_ref: str) -> Request | CarrierSaysNo:
        return karrio_desk.build_pickup_cancel(self.name, self.account, carrier_ref)

    def read_pickup_cancel(self, reply: Reply, carrier_ref: str) -> PickupOff | CarrierSaysNo | Parked:
        return karrio_desk.read_pickup_cancel(self.name, reply, carrier_ref)
