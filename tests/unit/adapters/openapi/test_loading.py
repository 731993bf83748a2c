"""A description is checked whole before anything is sent; every fault is told at once, with its place."""

import copy
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.adapters.openapi import venues
from alphastrike.adapters.openapi.loading import examine, load_venue
from alphastrike.domain.errors import ConfigError

FOLDER = Path(next(iter(venues.__path__)))
NAMES = ["binance_usdm", "weex_v2"]


@pytest.fixture
def broken(tmp_path):
    """A copy of the Binance example with changes made to its description; returns its faults."""

    def faults(*changes, document=None):
        shutil.copytree(FOLDER / "binance_usdm", tmp_path, dirs_exist_ok=True)
        tree = yaml.safe_load((tmp_path / "venue.yaml").read_text())
        for path, value in changes:
            _put(tree, path, value)
        (tmp_path / "venue.yaml").write_text(yaml.safe_dump(tree))
        if document is not None:
            (tmp_path / "openapi.yaml").write_text(document)
        return examine(tmp_path / "venue.yaml", deeply=False)[1]

    return faults


def _put(tree, path, value):
    *parents, last = path
    for key in parents:
        tree = tree[key]
    if value is None:
        del tree[last]
    else:
        tree[last] = value


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_sound_also_by_the_openapi_standard(name):
    loaded, faults = examine(FOLDER / name / "venue.yaml")

    assert faults == []
    assert loaded is not None


CALL = ("methods", "get_candles", "calls", 0)
PLACE = ("methods", "place_order", "calls", 0)


@pytest.mark.parametrize(
    ("path", "value", "place", "words"),
    [
        ((*CALL, "op"), "noSuchOperation", "methods.get_candles.calls[0].op", "noSuchOperation"),
        ((*CALL, "query", "colour"), "red", "methods.get_candles.calls[0].query.colour", "no such parameter"),
        ((*CALL, "query", "symbol"), None, "methods.get_candles.calls[0].query", "no symbol"),
        ((*CALL, "query", "limit"), "$quantity", "methods.get_candles.calls[0].query.limit", "$quantity"),
        ((*CALL, "intervals"), None, "methods.get_candles.calls[0].query.interval", "$interval"),
        ((*CALL, "fields", "close"), None, "methods.get_candles.calls[0].fields", "no close"),
        ((*CALL, "fields", "close"), "[99]", "methods.get_candles.calls[0].fields.close", "no element 99"),
        (
            (*CALL, "fields", "close"),
            "price",
            "methods.get_candles.calls[0].fields.close",
            "no field 'price'",
        ),
        ((*CALL, "fields", "close"), "[", "methods.get_candles.calls[0].fields.close", ""),
        ((*CALL, "fields", "mood"), "[0]", "methods.get_candles.calls[0].fields.mood", "no such field"),
        ((*CALL, "rows"), "data", "methods.get_candles.calls[0].rows", "no field 'data'"),
        (
            (*PLACE, "form", "type", "map", "MARKET"),
            "SPOT",
            "methods.place_order.calls[0].form.type.map.MARKET",
            "SPOT",
        ),
        (
            (*PLACE, "form", "type", "map", "SWIM"),
            "LIMIT",
            "methods.place_order.calls[0].form.type.map",
            "SWIM",
        ),
        ((*PLACE, "form", "side"), None, "methods.place_order.calls[0].form", "no side"),
        ((*PLACE, "form", "side"), "NORTH", "methods.place_order.calls[0].form.side", "NORTH"),
        (
            (*PLACE, "fields", "state", "map", "NEW"),
            "HAPPY",
            "methods.place_order.calls[0].fields.state.map.NEW",
            "HAPPY",
        ),
        (
            (*PLACE, "fields", "state", "map", "TIRED"),
            "WORKING",
            "methods.place_order.calls[0].fields.state.map.TIRED",
            "TIRED",
        ),
        (("methods", "get_balances", "kept_ms"), 1, "methods.get_balances.kept_ms", "no range of time"),
        (("methods", "dance"), {"calls": [{"op": "time"}]}, "methods.dance", "no such method"),
        (("errors", "kinds", "-1"), "Tired", "errors.kinds.-1", "Tired"),
        (("errors", "refused"), "&&", "errors.refused", ""),
        (("limits", 0, "operations"), ["nothing"], "limits[0].operations", "nothing"),
        (("symbol", "native"), "{coin}", "symbol.native", "{coin}"),
        (("auth", "payload"), "{secret}", "auth.payload", "{secret}"),
        (("auth", "headers", "X"), "{secret}", "auth.headers.X", "{secret}"),
        (("auth", "query", "signature"), None, "auth", "without"),
        (
            ("methods", "get_fills", "calls", 0, "fields", "is_maker"),
            "time",
            "methods.get_fills.calls[0].fields.is_maker",
            "holds integer",
        ),
        (("surprise",), 1, "surprise", "means nothing"),
        (("venue",), None, "venue", "nothing"),
    ],
)
def test_a_fault_is_found_with_its_place(broken, path, value, place, words):
    faults = broken((path, value))

    found = [fault for fault in faults if fault.place.startswith(place)]
    assert found, faults
    assert words in found[0].observed
    assert found[0].allowed


def test_all_faults_are_told_at_once(broken, tmp_path):
    faults = broken(((*CALL, "op"), "a"), ((*PLACE, "op"), "b"), (("errors", "kinds", "-1"), "c"))

    assert [fault.observed for fault in faults] == ["c", "a", "b"]
    with pytest.raises(ConfigError, match="3 faults"):
        load_venue(tmp_path / "venue.yaml")


@pytest.mark.parametrize("document", ["- 1", "openapi: 2.0\npaths: {}", "{", "openapi: 3.1.0\npaths: []"])
def test_a_document_that_is_none_is_named(broken, document):
    with pytest.raises(ConfigError, match=r"openapi\.yaml"):
        broken(document=document)


def test_a_reference_that_leads_nowhere_is_named(broken):
    text = (FOLDER / "binance_usdm" / "openapi.yaml").read_text().replace("schemas/Levels", "schemas/Gone")

    with pytest.raises(ConfigError, match="Gone"):
        broken(document=text)


def test_the_document_lies_beside_its_description(broken):
    assert broken((("openapi",), "../elsewhere.yaml"))[0].place == "openapi"


EXAMPLE = yaml.safe_load((FOLDER / "binance_usdm" / "venue.yaml").read_text())


def _places(tree, path=()):
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield (*path, key)
            yield from _places(value, (*path, key))


@settings(max_examples=25)
@given(
    path=st.sampled_from(sorted(_places(EXAMPLE), key=str)),
    value=st.none() | st.integers() | st.text(max_size=8) | st.just([]) | st.just({}),
)
def test_whatever_is_written_there_is_told_or_loaded_and_never_a_crash(tmp_path_factory, path, value):
    folder = tmp_path_factory.mktemp("venue")
    shutil.copy(FOLDER / "binance_usdm" / "openapi.yaml", folder)
    tree = copy.deepcopy(EXAMPLE)
    _put(tree, path, value)
    (folder / "venue.yaml").write_text(yaml.safe_dump(tree))

    try:
        loaded, faults = examine(folder / "venue.yaml", deeply=False)
    except ConfigError:
        return

    assert (loaded is None) is bool(faults)
