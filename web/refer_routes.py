"""Asking for support for oneself or a colleague, by anybody: the same answer whoever is named."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine.open_cases import Involved, Report, is_flooded, open_cases
from escalation.ways_in import LONGEST_NAME, BadSentence, Kind, Source, kind_of, kinds, sentence
from web.bodies import Form, PostedForm
from web.console_page import console_page
from web.console_session import ConsoleForm, ViewerDep
from web.faults import Refused
from web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)
FIELDS = ("whom", "name", "phone", "email", "unit", "how", "kind", "sentence")
LONGEST_HOW = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A filled form: what was written, and what is wrong with it or worth a second look."""

    values: dict[str, str]
    fault: str = ""
    looks_clinical: tuple[str, ...] = ()
    report: Report | None = None


@router.api_route("/refer/{program}", methods=["GET", "HEAD"])
def refer_page(program: str, site: SiteDep) -> HTMLResponse:
    """The form. Nothing is recorded before it is sent."""
    return _page(site, Told(values={}))


@router.post("/refer/{program}")
def refer(program: str, form: PostedForm, site: SiteDep) -> HTMLResponse:
    """Into the coordinator's queue. Whether somebody is a member changes nothing in what is shown."""
    if is_flooded(site.deployment, site.now()):
        raise Refused(429, "Please call us", "Too many forms came in at once. A call reaches a person.")
    told = read(form, Source.REFERRAL)
    if told.report is None:
        return _page(site, told, status=400 if told.fault else 200)
    open_cases(site.deployment, told.report, actor="referral", now=site.now())
    site.wake_senders()
    return site.member_page("member/refer_done.html", is_self=told.values["whom"] == "self")


@router.get("/console/requests/new")
def new_request_page(viewer: ViewerDep, site: SiteDep) -> HTMLResponse:
    """The note of a phone call."""
    viewer.need("coordinator", "deputy", "alternate")
    return console_page(
        site, viewer, "console/request_new.html", here="requests", told=Told(values={}), kinds=kinds()
    )


@router.post("/console/requests/new")
def new_request(form: ConsoleForm, viewer: ViewerDep, site: SiteDep) -> Response:
    """Opens the case that was told by phone."""
    viewer.need("coordinator", "deputy", "alternate")
    told = read(form, Source.PHONE)
    if told.report is None:
        return console_page(
            site, viewer, "console/request_new.html", here="requests", status=400 if told.fault else 200,
            told=told, kinds=kinds(),
        )  # fmt: skip
    open_cases(site.deployment, told.report, actor=viewer.actor, now=site.now())
    site.wake_senders()
    return RedirectResponse("/console/requests", 303)


def _page(site: Site, told: Told, status: int = 200) -> HTMLResponse:
    return site.member_page("member/refer.html", status=status, told=told, kinds=kinds())


def read(form: Form, source: Source) -> Told:
    """What the form says; a report where nothing is wrong and nothing is left to be looked at twice."""
    values = {name: " ".join(form.get(name, "").split()) for name in FIELDS}
    is_group = form.get("group") == "yes"
    if too_long := next(
        (n for n in FIELDS if len(values[n]) > (LONGEST_HOW if n in ("how", "sentence") else 254)), ""
    ):
        return Told(values=values, fault=f"The field “{too_long}” is too long.")
    if is_group and not values["unit"]:
        return Told(values=values, fault="Say which unit the group is of.")
    if not is_group and not values["name"]:
        return Told(values=values, fault="A name is needed, so that somebody can be in touch.")
    if not is_group and not (values["phone"] or values["email"] or values["how"]):
        return Told(
            values=values, fault="Say how they can be reached: a number, a mail address, or in words."
        )
    try:
        said = sentence(values["sentence"])
        kind = kind_of(values["kind"]) if values["kind"] else Kind.OTHER
    except BadSentence as fault:
        return Told(values=values, fault=f"{str(fault)[:1].upper()}{str(fault)[1:]}.")
    if said.looks_clinical and form.get("sure") != said.text:
        return Told(values=values, looks_clinical=said.looks_clinical)
    involved = Involved(
        name=values["name"][:LONGEST_NAME], phone=values["phone"], email=values["email"], unit=values["unit"],
        how=values["how"], is_group=is_group,
    )  # fmt: skip
    return Told(
        values=values, report=Report(involved=[involved], source=source, kind=kind, sentence=said.text)
    )
