"""Tables of data values as DHIS2 exports them: what is deleted or a part is no figure of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_forms_read_right import _declarations_are_read_once, imported, workspace

__all__ = ["_declarations_are_read_once", "workspace"]

HEAD = "dataelement,period,orgunit,categoryoptioncombo,attributeoptioncombo,value,storedby,lastupdated,comment,followup,deleted"


def exported(*rows: str) -> bytes:
    return ("\n".join([HEAD, *rows]) + "\n").encode()


@pytest.mark.parametrize(
    "options", ["Female,default", "Under 18,default", "default,Bộ đội biên phòng", "PKTAIDJGZGk,HllvX50cXC0"]
)
def test_a_row_of_one_option_is_no_total(options: str, workspace: Path):
    rows = (
        "victims_identified,2023,Hà Giang,default,HllvX50cXC0,7,,,,false,false",
        f"victims_identified,2023,Bắc Kạn,{options},5,,,,false,false",
    )
    run = imported(workspace, exported(*rows), None, "values.csv")
    assert (run.figures, set(run.held)) == ({"F2": "7"}, {"F3"})
    assert "--mapping" in run.held["F3"]


def test_a_deleted_row_is_left_with_a_word(workspace: Path):
    rows = (
        "cases_recorded,2023,Hà Giang,default,default,9,,,,false,true",
        "cases_recorded,2023,Bắc Kạn,default,default,8,,,,false,FALSE",
    )
    run = imported(workspace, exported(*rows), None, "values.csv")
    assert (run.figures, run.held, run.told["left"]) == ({"F3": "8"}, {}, 1)
    assert "rows marked as deleted (deleted = true), which were left: 1" in run.words


def test_options_that_a_mapping_names_are_figures_of_theirs(workspace: Path):
    rows = (
        "victims_identified,2023,Hà Giang,Female,default,7,,,,false,false",
        "victims_identified,2023,Hà Giang,Male,default,2,,,,false,false",
    )
    mapping = (
        '[table]\nsource_id = "values"\ncorner = "F2"\nuntil = "F3"\nplace = { column = "C", scheme = "63" }\nperiod = { column = "B" }\n'
        'measure = { column = "A" }\ndimensions.sex = { column = "D", Female = "female", Male = "male" }\nedition_date = 2024-01-20\n'
    )
    assert imported(workspace, exported(*rows), mapping, "values.csv").figures == {"F2": "7", "F3": "2"}
