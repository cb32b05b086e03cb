"""The floor: plan, release, pick, pack, ask for labels again, hand over."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from doorstep.api.answers import HandOverOut, LabelsOut, PackingOut, PickOut, TasksOut, TourOut, WaveOut
from doorstep.api.bodies import AnswerIn, AtSite, HandOverIn, LabelsIn, OfSite, PackingIn, PickIn, TourIn, WaveIn
from doorstep.api.given import Changing, Reading
from doorstep.api.node_answers import AnsweredOut, AskedOut
from doorstep.api.plan_answers import PlannedOut
from doorstep.api.problems import granted
from doorstep.api.statuses import or_problem
from doorstep.flow import hand_over, look_site, nodes, pack, pick, plan, release, ship
from doorstep.flow.office import Office, company_of

router = APIRouter(tags=["floor"])


@router.post("/plans")
def plan_orders(asked: Changing) -> PlannedOut:
    """Plan all open orders together now, instead of waiting for the next run."""
    planned = plan.plan_open_orders(asked.under_key(answers=plan.Planned), asked.who)
    return PlannedOut.of(planned, _currency(asked.office))


@router.post("/waves")
def release_wave(asked: Changing, body: WaveIn) -> WaveOut:
    """Release planned fulfilment orders of a site to the floor, least time left first."""
    office = asked.under_key(body, answers=release.Released)
    return WaveOut.of(granted(release.release_wave(office, asked.who, body.site_id, body.at_most)))


@router.get("/asked")
def list_asked(office: Reading, at: Annotated[OfSite, Query()]) -> AskedOut:
    """Which fulfilment orders sites that others run have not answered yet, the next to run out first."""
    return AskedOut.of(nodes.waiting_for_answers(office, at.site))


@router.post("/fulfilments/{fulfilment_id}/answer", responses=or_problem(404, 409))
def answer(asked: Changing, fulfilment_id: str, body: AnswerIn) -> AnsweredOut:
    """Whether a site takes a fulfilment order. A no sends it from elsewhere, or promises the order anew."""
    office = asked.under_key(body)
    if body.takes:
        told = nodes.accept(office, asked.who, fulfilment_id, asked.key)
    else:
        told = nodes.decline(office, asked.who, fulfilment_id, body.reason, asked.key)
    return AnsweredOut.model_validate(granted(told))


@router.get("/pick-tasks")
def list_tasks(office: Reading, at: Annotated[AtSite, Query()]) -> TasksOut:
    """What is to be picked at a site, in the order of its bins."""
    return TasksOut.of(granted(look_site.work(office, at.site)).tasks)


@router.post("/picks", responses=or_problem(404, 409))
def confirm_pick(asked: Changing, body: PickIn) -> PickOut:
    """Confirm a pick task; what was not found is planned again."""
    told = pick.confirm_pick(
        asked.under_key(body),
        asked.who,
        body.task_id,
        body.found,
        asked.key,
        body.serials,
        body.started_at,
        body.completed_at,
    )
    return PickOut.model_validate(granted(told))


@router.post("/picks/batch")
def confirm_picks(asked: Changing, body: TourIn) -> TourOut:
    """Confirm all tasks of a picker's tour at once. Good picks are booked; bad ones say why, and spoil no other."""
    picks = [pick.PickIn(**{**one.model_dump(), "serials": tuple(one.serials)}) for one in body.picks]
    told = pick.confirm_picks(asked.under_key(body), asked.who, picks, asked.key)
    return TourOut.of([one.task_id for one in picks], granted(told))


@router.post("/packings", responses=or_problem(404, 409))
def pack_parcels(asked: Changing, body: PackingIn) -> PackingOut:
    """Pack what was picked for a fulfilment order into its parcels; labels are asked for next."""
    told = pack.pack(asked.under_key(body), asked.who, body.fulfilment_id, asked.key, body.weights_g, body.started_at)
    return PackingOut.of(granted(told), _currency(asked.office))


@router.post("/labels", responses=or_problem(404, 409))
def request_labels(asked: Changing, body: LabelsIn) -> LabelsOut:
    """Ask again for the labels that the parcels of a fulfilment order still lack."""
    return LabelsOut.model_validate(granted(ship.request_labels(asked.under_key(body), body.fulfilment_id, asked.who)))


@router.post("/hand-overs")
def hand_parcels_over(asked: Changing, body: HandOverIn) -> HandOverOut:
    """The carrier's driver takes parcels. Good ones go; bad ones stay, and each says why."""
    told = hand_over.hand_over(
        asked.under_key(body), asked.who, body.carrier_id, body.ssccs, asked.key, body.occurred_at
    )
    return HandOverOut.of(granted(told))


def _currency(office: Office) -> str:
    with office.store.reading() as tx:
        return company_of(tx).currency
