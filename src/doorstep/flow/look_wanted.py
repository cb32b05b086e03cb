"""Which classes of customers there are: those that goals name, and those that customers are of."""

from __future__ import annotations

from doorstep.flow.office import Office, company_of
from doorstep.storage.queries import master


def classes_known(office: Office) -> tuple[str, ...]:
    """Every class by name."""
    with office.store.reading(wide=True) as tx:
        named = {wants.name for wants in master.goals(tx).classes}
        own = company_of(tx).terms.customer_class
        return tuple(sorted({*named, *master.customer_classes(tx), *([own] if own else [])}))
