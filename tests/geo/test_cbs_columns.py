"""What CBS's columns, numbers and codes mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cbs_columns as cbs
from zicht.errors import SchemaError


@given(st.one_of(st.integers(-(10**9), -1), st.floats(-1e12, -1e-9)))
def test_every_negative_number_is_missing_also_as_text(number):
    assert np.isnan(cbs.figures(np.array([number]), where="")).all()
    assert np.isnan(cbs.figures(np.array([str(number), f" {number} "], dtype=object), where="")).all()


def test_zero_is_a_number_and_null_is_not():
    values = np.array(["0", "-0", "12", "", None, "1.5", "-99997"], dtype=object)
    np.testing.assert_array_equal(cbs.figures(values, where=""), [0, 0, 12, np.nan, np.nan, 1.5, np.nan])
    np.testing.assert_array_equal(cbs.figures(np.array([0.0, np.nan, np.inf]), where=""), [0, np.nan, np.nan])


def test_text_that_is_no_number_is_refused_without_showing_it():
    with pytest.raises(SchemaError, match="file, column STED") as caught:
        cbs.figures(np.array(["secret text"], dtype=object), where="file, column STED")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (["buurtcode", "buurtnaam", "wijkcode"], {"code": "buurtcode", "name": "buurtnaam", "parent": "wijkcode"}),
        (["BU_CODE", "BU_NAAM", "WK_CODE"], {"code": "BU_CODE", "name": "BU_NAAM", "parent": "WK_CODE"}),
        (["Bu_Code", "BuurtNaam", "wk_code"], {"code": "Bu_Code", "name": "BuurtNaam", "parent": "wk_code"}),
        (
            ["BU_CODE", "buurtcode", "bu_naam", "wk_code"],
            {"code": "buurtcode", "name": "bu_naam", "parent": "wk_code"},
        ),
    ],
)
def test_current_and_older_names_are_found_in_any_case(fields, found):
    assert cbs.structure_columns(fields, "buurt", where="") == found


def test_missing_columns_are_named_with_what_was_found():
    with pytest.raises(SchemaError) as caught:
        cbs.structure_columns(["buurtcode", "naam"], "buurt", where="kaart.gpkg, layer buurten")
    message = str(caught.value)
    assert "kaart.gpkg, layer buurten" in message
    assert "buurtnaam or bu_naam, wijkcode or wk_code" in message
    assert "Found: buurtcode, naam." in message


def test_a_file_may_name_its_own_columns():
    found = cbs.structure_columns(
        ["id", "naam", "wijk"], "buurt", where="", columns={"code": "ID", "name": "naam", "parent": "wijk"}
    )
    assert found == {"code": "id", "name": "naam", "parent": "wijk"}


@pytest.mark.parametrize(
    ("level", "good", "bad"),
    [
        ("gemeente", ["GM0003", "GM9001"], ["GM003", "gm0003", "GM00034", "GMAAAA"]),
        ("wijk", ["WK000300", "WK0363AA"], ["WK00030", "WK0003aa", "WK0003000"]),
        ("buurt", ["BU00030000", "BU0363AA01", "BU036300AZ"], ["BU0003", "BU0003000", "BU00030000 ", "BU166904REST"]),
        ("park", ["PK9001"], ["P1", "pk9001", "PK 9001"]),
    ],
)
def test_codes_have_the_form_of_their_level(level, good, bad):
    def check(code, kind="area"):
        cbs.check_codes(np.array([code]), level, np.array([kind]), row=np.array([6]), where="")

    for code in good:
        check(code)
    for code in ["", *bad]:
        with pytest.raises(SchemaError, match="in row 7"):
            check(code)


def test_only_a_remainder_has_a_remainders_code():
    for level, code in (("buurt", "BU166904REST"), ("wijk", "WK1669REST"), ("buurt", "BU1669RESTREST")):
        cbs.check_codes(np.array([code]), level, np.array(["remainder"]), row=np.array([0]), where="")


def test_ages_15_to_64_follow_from_percentages():
    columns = {
        "AANT_INW": np.array([1000, 200, 50, -99999999]),
        "P_15_24_JR": np.array([10, 50, -99999999, 10]),
        "P_25_44_JR": np.array([20, 50, 30, 10]),
        "P_45_64_JR": np.array([31, 1, 30, 10]),
    }
    found = cbs.attributes(list(columns), columns, where="")
    # 200 x 101% is rounding of the shares: never more than the inhabitants.
    np.testing.assert_array_equal(found["inhabitants_15_64"], [610, 200, np.nan, np.nan])


def test_counted_ages_go_before_percentages():
    columns = {
        "aantal_inwoners": np.array([1000]),
        "aantal_inwoners_15_64": np.array([640]),
        **{names[0]: np.array([10]) for names in cbs.AGES_15_64},
    }
    assert cbs.attributes(list(columns), columns, where="")["inhabitants_15_64"][0] == 640


def test_a_file_with_one_share_missing_has_no_ages():
    columns = {"AANT_INW": np.array([1000]), "P_15_24_JR": np.array([10]), "P_25_44_JR": np.array([20])}
    assert set(cbs.attributes(list(columns), columns, where="")) == {"inhabitants"}


def test_a_code_names_its_parent():
    assert [cbs.code_above(code) for code in ("BU0363AA01", "WK0363AA", "GM0363")] == ["WK0363AA", "GM0363", ""]
