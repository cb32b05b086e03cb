"""What can be wrong with the database as a whole. Both messages say what to do, and never show a password."""

from __future__ import annotations


class DatabaseUnavailable(Exception):  # noqa: N818  (an outage is named for what is the matter)
    """The database does not answer or did not start. Trying again later may help."""


class DatabaseUnfit(Exception):  # noqa: N818
    """The database, or the folder meant for it, cannot serve Doorstep as it is. Trying again will not help."""
