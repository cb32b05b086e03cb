"""What stands around every page: whose company it is, and on whose wall its clock hangs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.flow.look_site import SiteView, site_view
from doorstep.flow.office import Office
from doorstep.storage.queries import master


@dataclass(frozen=True, slots=True)
class CompanyView:
    """The company, its sites, the time now, and the zone that times are told in where no site is meant.

    `name` and `currency` are '' as long as no company is set up.
    """

    name: str
    currency: str
    sites: tuple[SiteView, ...]
    now: datetime

    @property
    def zone(self) -> str:
        return self.sites[0].zone if self.sites else "UTC"

    def zone_of(self, site_id: str) -> str:
        """The zone of a site; the company's where there is no such site."""
        return next((site.zone for site in self.sites if site.site_id == site_id), self.zone)


def company(office: Office) -> CompanyView:
    """The company as it is set up by now."""
    with office.store.reading(wide=True) as tx:
        tx.ahead(master.COMPANY, master.SITES)
        defined, sites = master.company(tx), master.sites(tx)
        return CompanyView(
            name=defined.name if defined else "",
            currency=defined.currency if defined else "",
            sites=tuple(map(site_view, sites.values())),
            now=tx.now,
        )
