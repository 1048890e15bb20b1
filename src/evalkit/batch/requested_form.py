"""The form that goes with the page of a province without figures: what the page asks for, the place filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evalkit.batch.plan import Job
from evalkit.facts.bundle import Bundle
from evalkit.facts.forms.counted import Vocabulary
from evalkit.facts.forms.form_template import FormOrder, asked_for, template_workbook
from evalkit.languages import ending
from evalkit.places.registry import Registry
from evalkit.reporting.blocks import Language

FORMS = "forms"
MOST_REQUESTS = 10


def requested_forms(
    job: Job, bundle: Bundle, registry: Registry, *, languages: Sequence[Language]
) -> dict[str, bytes]:
    """Return the forms to download beside a page, one a language; none where the province has figures or the programme asks for none.

    Parameters
    ----------
    job : Job
        The page.
    bundle : Bundle
        The whole country's; its day says which programme period is over and asked for.
    registry : Registry
    languages : sequence of str
        Those of the pages.
    """
    programme = bundle.programme
    asked = asked_for(
        programme.model_copy(update={"requests": programme.requests_in_order()[:MOST_REQUESTS]})
    )
    place = next((one for one in bundle.places if job.kind == "province" and one.code == job.code), None)
    if not asked or place is None or bundle.has_figures(place):
        return {}
    period = programme.period_asked_for(date.fromisoformat(bundle.about.date))
    years = range(period.valid_from.year, period.valid_to.year + 1)
    vocabulary, unit = Vocabulary(programme, registry), registry.unit(place.code, place.scheme)
    return {
        form_file(job.stem, language): template_workbook(
            vocabulary, FormOrder(unit, years, asked, language, made=bundle.about.date)
        )
        for language in languages
    }


def form_file(stem: str, language: Language) -> str:
    """Return the name of a form beside a page.

    Examples
    --------
    >>> form_file("96-ca-mau", "vi"), form_file("96-ca-mau", "en")
    ('forms/96-ca-mau.xlsx', 'forms/96-ca-mau.en.xlsx')
    """
    return f"{FORMS}/{stem}{ending(language)}.xlsx"
