"""Classes of figures: what counts as a total, what follows the rule for persons, and that no programme weakens it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from evalkit.batch.prepare import make_bundle, receive
from evalkit.batch.releasing import record_release
from evalkit.disclosure.ledger import Entry, Figure, Ledger
from evalkit.disclosure.protect import protect
from evalkit.disclosure.standing_rules import refuse_unprotected
from evalkit.errors import DeclarationError, DisclosureError
from evalkit.places.registry import Registry
from evalkit.programme.load import programme_folder
from evalkit.programme.models import Programme
from evalkit.workspace import DisclosurePolicy, Workspace, open_workspace
from tests.builders import PROGRAMME, fact, facts_table, tiny_registry
from tests.workspaces import tiny_workspace

DAY = date(2030, 1, 1)

POLICY = DisclosurePolicy()
STANDING = DisclosurePolicy(person_totals_stand=True, custodian="Invented office")
SUSPECTS = {"measure": "suspects"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return tiny_registry(tmp_path_factory.mktemp("places"))


def protected(
    registry: Registry, *rows: dict, policy: DisclosurePolicy = POLICY, programme: Programme = PROGRAMME
) -> pd.DataFrame:
    facts = facts_table(*rows)
    return protect(facts, programme=programme, registry=registry, policy=policy, audience="public").facts


def marks(facts: pd.DataFrame) -> str:
    return "".join(mark or "." for mark in facts["mark"])


def with_dimension(name: str, **changes: object) -> Programme:
    """Return the programme with one dimension declared otherwise."""
    changed = PROGRAMME.dimensions[name].model_copy(update=changes)
    return PROGRAMME.model_copy(update={"dimensions": {**PROGRAMME.dimensions, name: changed}})


OF_NO_PERSON = with_dimension("article", of_person=False, sensitive=False)


def by_article(measure: str, *values: int) -> list[dict]:
    return [fact("01", sum(values), measure=measure)] + [
        fact("01", value, measure=measure, article=article)
        for article, value in zip(("150", "151"), values, strict=True)
    ]


def test_persons_by_a_dimension_of_no_person_are_no_total_that_stands(registry: Registry):
    rows = by_article("suspects", 28, 2)
    assert marks(protected(registry, *rows, policy=STANDING, programme=OF_NO_PERSON)) == ".cc"
    assert marks(protected(registry, *rows[:1], policy=STANDING, programme=OF_NO_PERSON)) == "."


def test_cases_by_a_dimension_of_no_person_stand(registry: Registry):
    rows = by_article("cases_recorded", 28, 2)
    crossed = fact("01", 3, measure="cases_recorded", victim_age="under_16")
    assert marks(protected(registry, *rows, crossed, programme=OF_NO_PERSON)) == "...c"


def test_cases_by_article_tell_the_victims_age_and_follow_the_rule_for_persons(registry: Registry):
    assert marks(protected(registry, *by_article("cases_recorded", 28, 2))) == ".cc"
    published = [row | {"published": True} for row in by_article("cases_recorded", 28, 2)]
    assert marks(protected(registry, *published)) == "..."


def test_a_hidden_row_keeps_no_words_of_its_source(registry: Registry):
    cell = {"measure": "victims_identified", "source_cell": "row 4: two persons", "qualifier": "about"}
    facts = protected(registry, fact("01", 2, **cell), fact("02", 30, **cell), fact("03", 0, **cell))
    assert facts["source_cell"].tolist() == ["", "row 4: two persons", "row 4: two persons"]
    assert facts["qualifier"].tolist() == ["exact", "about", "about"]


SHIPPED = programme_folder("vn-trafficking")


def own_programme(tmp_path: Path, table: str, old: str, new: str, *rows: dict) -> Workspace:
    """Return a workspace with a copy of the shipped programme in which one table is declared otherwise."""
    workspace = tiny_workspace(tmp_path / "ws", facts=rows or [fact("01", 2, measure="victims_identified")])
    own = workspace.folder / "own"
    if not own.exists():
        shutil.copytree(SHIPPED, own)
    for path in own.glob("[im]*.toml"):
        before, opening, rest = path.read_text(encoding="utf-8").partition(f"[{table}]\n")
        if opening:
            assert old in rest
            path.write_text(before + opening + rest.replace(old, new, 1), encoding="utf-8")
    settings = (workspace.folder / "evalkit.toml").read_text(encoding="utf-8")
    settings = settings.replace('programme = "vn-trafficking"', 'programme = "own"')
    (workspace.folder / "evalkit.toml").write_text(settings, encoding="utf-8")
    return open_workspace(workspace.folder)


WEAKER = [
    ("measure.victims_identified", 'disclosure = "person"', 'disclosure = "case"'),
    ("measure.victims_identified", 'disclosure = "person"', 'disclosure = "activity"'),
    ("measure.cases_recorded", 'disclosure = "case"', 'disclosure = "activity"'),
    ("measure.victims_identified", 'disclosure = "person"', 'disclosure = "person"\nadditive = false'),
    ("measure.victims_identified", 'disclosure = "person"', 'disclosure = "person"\ntime_basis = "stock"'),
    ("measure.persons_in_process", 'time_basis = "stock"', 'time_basis = "flow"'),
    ("measure.persons_not_victims", 'subtracted_from = ["persons_verified", "persons_received"]', ""),
    ("measure.persons_in_process", 'falls_by = ["persons_verified"]', ""),
    ("measure.days_acceptance_to_trial", 'of = "cases_tried"', ""),
    ("measure.days_acceptance_to_trial", 'of = "cases_tried"', 'of = "cases_recorded"'),
    ("dimension.age_group", "sensitive = true", "sensitive = false"),
    ("dimension.article", "of_person = true", "of_person = false"),
    ("dimension.age_group", 'within = { under_16 = "child" }', ""),
    ("dimension.age_group", 'disjoint = [["child", "adult"], ["under_16", "adult"]]', "disjoint = []"),
    ("dimension.age_group", 'disjoint = [["child", "adult"], ["under_16", "adult"]]', ""),
    ("dimension.age_group", "exhaustive = false", "exhaustive = true"),
    ("dimension.age_group", "read_as.women = ", "# "),
    ("dimension.victim_age", "read_as.under_16 = ", "# "),
    ("dimension.route", 'within = { china_mong_cai = "transnational" }', ""),
    ("dimension.sex", 'label.en = "Sex"', 'label.en = "Sex"\nexhaustive = false'),
    ("dimension.sex", 'label.en = "Sex"', 'label.en = "Sex"\nseparate = true'),
    ("measure.persons_waiting", 'no_more_than = ["waiting_days"]', ""),
    ("measure.suspects", 'part_of = ["suspects_handled"]', ""),
    ("indicator.holders_agree", 'kind = "consistency"', 'kind = "period_ratio"'),
]


@pytest.mark.parametrize(("table", "old", "new"), WEAKER)
def test_an_own_programme_does_not_weaken_what_the_shipped_one_protects(
    tmp_path: Path, table: str, old: str, new: str
):
    with pytest.raises(DisclosureError, match="weaker than the floor") as refused:
        receive(own_programme(tmp_path, table, old, new))
    assert refused.value.exit_code == 4
    assert table in refused.value.where
    assert refused.value.do.startswith("write ")


UNLINKED = [
    ("victims_offered", "victims_offered_support", "victims_identified"),
    ("returnees_screened", "returnees_screened", "returnees_registered"),
    ("hotline_helped", "hotline_persons_helped", "hotline_persons_referred"),
]


@pytest.mark.parametrize(("indicator", "part", "base"), UNLINKED)
def test_a_share_that_is_dropped_leaves_its_part_a_part(tmp_path: Path, indicator: str, part: str, base: str):
    """Without the share nothing would say that those offered support are among those identified."""
    share = 'kind = "proportion"'
    measure = f"[measure.{part}]\n"
    with pytest.raises(DisclosureError, match="weaker than the floor") as refused:
        receive(own_programme(tmp_path, f"indicator.{indicator}", share, 'kind = "period_ratio"'))
    assert f"measure.{part}" in refused.value.where
    assert f'part_of = ["{base}"]' in refused.value.do
    for path in (tmp_path / "ws" / "own").glob("measures*.toml"):
        text = path.read_text(encoding="utf-8")
        if measure in text and "part_of" not in text.partition(measure)[2].partition("[measure")[0]:
            path.write_text(text.replace(measure, f'{measure}part_of = ["{base}"]\n'), encoding="utf-8")
    receive(open_workspace(tmp_path / "ws"))


def test_an_own_programme_may_protect_more_and_count_other_things(tmp_path: Path):
    stricter = own_programme(
        tmp_path, "measure.hotline_calls", 'disclosure = "activity"', 'disclosure = "person"'
    )
    assert receive(stricter).programme.measures["hotline_calls"].disclosure == "person"
    toy = Path(__file__).parent / "programmes" / "toy"
    assert set(receive(open_workspace(toy)).programme.measures) == {"wells_tested", "wells_safe"}


def renamed(workspace: Workspace) -> None:
    """Give the measure a name that is not in the shipped catalogue, in every file."""
    for path in [*(workspace.folder / "own").glob("*.toml"), workspace.folder / "facts.csv"]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("victims_identified", "victims_found"), encoding="utf-8")


@pytest.mark.parametrize("weaker", ["case", "activity"])
def test_what_a_release_hid_is_not_shown_by_a_programme_that_protects_it_no_more(tmp_path: Path, weaker: str):
    rows = [fact("01", 2, measure="victims_identified"), fact("02", 3117, measure="victims_identified")]
    workspace = own_programme(tmp_path, "strand", "", "", *rows)
    renamed(workspace)
    bundle = make_bundle(receive(workspace), day=DAY)
    record_release(workspace, bundle, edition="first", since="")
    path = workspace.folder / "own" / "measures.toml"
    before, opening, rest = path.read_text(encoding="utf-8").partition("[measure.victims_found]")
    rest = rest.replace('disclosure = "person"', f'disclosure = "{weaker}"', 1)
    path.write_text(before + opening + rest, encoding="utf-8")
    with pytest.raises(DisclosureError, match="earlier release hid") as refused:
        make_bundle(receive(workspace), day=DAY)
    assert "victims_found" in refused.value.where
    assert "3117" not in str(refused.value)
    assert make_bundle(receive(workspace), day=DAY, audience="internal").about.hidden_cells == 0
    facts = workspace.folder / "facts.csv"
    facts.write_text(facts.read_text(encoding="utf-8").replace("false", "true"), encoding="utf-8")
    assert make_bundle(receive(workspace), day=DAY).about.hidden_cells == 0


def test_what_was_hidden_stays_so_where_its_breakdown_describes_a_person_no_more():
    hidden = Figure(
        *("01", "old", "occurrence", "2015-01-01", "2015-12-31", "cases_recorded", "s"),
        *("article=151", "2021-01-01"),
    )
    about = {"edition": "1", "date": DAY, "rules": {}, "signed": "", "bundle": "0"}
    entry = Entry(
        number=1, previous="0", workspace="w", figures=((hidden, "hidden", None),), **about
    ).sealed()
    today = facts_table(fact("02", 9))
    refuse_unprotected(Ledger((entry,)), today, PROGRAMME)
    with pytest.raises(DisclosureError, match="earlier release hid"):
        refuse_unprotected(Ledger((entry,)), today, OF_NO_PERSON)


MEDIAN = {"measure": "days_acceptance_to_trial"}
TRIED = {"measure": "cases_tried"}


@pytest.mark.parametrize(
    ("bases", "mark"),
    [
        ([fact("01", 4, **TRIED)], "c"),
        ([fact("01", 5, **TRIED)], ""),
        ([fact("01", 0, **TRIED)], "c"),
        ([], "c"),
        ([fact("01", None, **TRIED)], "c"),
        ([fact("01", 9, year=2016, **TRIED), fact("02", 9, **TRIED), fact("01", 9)], "c"),
        ([fact("01", 9, source_id="court", **TRIED)], ""),
        ([fact("01", 9, source_id="court", **TRIED), fact("01", None, **TRIED)], ""),
        ([fact("01", 9, source_id="court", **TRIED), fact("01", 4, **TRIED)], "c"),
    ],
)
def test_a_median_over_few_cases_is_hidden(registry: Registry, bases: list[dict], mark: str):
    facts = protected(registry, fact("01", 3117, source_cell="3117 days", **MEDIAN), *bases)
    assert facts["mark"].tolist() == [mark] + [""] * len(bases)
    assert ("3117" in facts.to_csv()) == (mark == "")


def test_a_published_median_is_shown_and_a_raised_threshold_holds_for_medians_too(registry: Registry):
    rows = [fact("01", 90, published=True, **MEDIAN), fact("02", 90, **MEDIAN), fact("02", 9, **TRIED)]
    assert marks(protected(registry, *rows)) == "..."
    assert marks(protected(registry, *rows, policy=DisclosurePolicy(k=10))) == ".c."


def test_a_median_goes_where_the_persons_it_stands_on_are_hidden(registry: Registry):
    """Two victims in one province, thirty in another that are hidden for their sake."""
    median = PROGRAMME.measures[MEDIAN["measure"]].model_copy(update={"of": "victims_identified"})
    programme = PROGRAMME.model_copy(update={"measures": {**PROGRAMME.measures, MEDIAN["measure"]: median}})
    places = [("01", 2), ("02", 30), ("03", 40), ("VN", 72)]
    rows = [fact(code, value, measure="victims_identified") for code, value in places]
    rows += [fact(code, 90, **MEDIAN) for code, _ in places]
    assert marks(protected(registry, *rows, programme=programme)) == "cc..cc.."


def test_what_a_median_stands_on_is_declared(tmp_path: Path):
    wrong = own_programme(
        tmp_path, f"measure.{MEDIAN['measure']}", 'of = "cases_tried"', 'of = "cases_tryed"'
    )
    with pytest.raises(DeclarationError, match="did you mean") as refused:
        receive(wrong)
    assert "measures-justice.toml" in refused.value.where


def test_the_shipped_medians_stand_on_counts():
    medians = {name: one.of for name, one in PROGRAMME.measures.items() if not one.additive}
    assert medians
    assert all(PROGRAMME.measures[str(base)].unit == "vu" for base in medians.values())
