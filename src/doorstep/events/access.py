"""Who may work here. A fact names login and roles; the person's name and password lie outside the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from doorstep.events.envelope import Body, Touch
from doorstep.events.steps import Step


@dataclass(frozen=True, slots=True)
class AccountOpened(Body):
    """Somebody may sign in from now on, and do what these roles may."""

    STEP: ClassVar[Step] = Step.DEFINE
    login: str
    roles: tuple[str, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("account", self.login, "opened"),)


@dataclass(frozen=True, slots=True)
class AccountChanged(Body):
    """Somebody has these roles from now on, and no others."""

    STEP: ClassVar[Step] = Step.DEFINE
    login: str
    roles: tuple[str, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("account", self.login, "changed"),)


@dataclass(frozen=True, slots=True)
class AccountClosed(Body):
    """Somebody may no longer sign in. The login is never given to another person."""

    STEP: ClassVar[Step] = Step.DEFINE
    login: str

    def touches(self) -> tuple[Touch, ...]:
        return (Touch("account", self.login, "closed"),)
