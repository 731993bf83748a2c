"""Plugins are found by walking the package, by entry points, and in a user's own file."""

import pytest

from alphastrike.app.advisors import advisor_of
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.discovery import available, chosen, plugin_from_file
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.plugins import FeatureSpec, SignalSpec
from tests.breakers import a_review


@pytest.mark.parametrize(("kind", "spec"), [("features", FeatureSpec), ("signals", SignalSpec)])
def test_the_package_offers_its_own_plugins_by_name(kind, spec):
    found = {name: load() for name, load in available(kind).items()}

    assert found
    assert list(found) == sorted(found)
    for name, plugin in found.items():
        assert isinstance(plugin.spec, spec)
        assert plugin.spec.name == name


def test_strategies_are_told_from_signals():
    assert set(available("strategies")) == {"ema_cross", "ensemble"}
    assert "ema_cross" not in available("signals")


def test_the_simulated_venue_is_an_adapter():
    assert "simulated" in available("adapters")


def test_a_name_nobody_has_is_an_error_with_the_nearest_one():
    with pytest.raises(ConfigError, match=r"features.enabled: unknown name 'atr_41'; did you mean atr_14\?"):
        chosen("features", ["atr_41"], "features.enabled")


def test_only_what_is_named_is_returned_sorted_and_once():
    found = chosen("features", ["log_return_1", "atr_14", "log_return_1"], "features.enabled")

    assert list(found) == ["atr_14", "log_return_1"]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Puts a package with one entry point on the path, as an installer would."""

    def install(group: str, name: str, value: str) -> None:
        info = tmp_path / "somebody_else-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody-else\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
        monkeypatch.syspath_prepend(tmp_path)

    return install


def test_an_installed_plugin_is_found_but_not_imported_until_chosen(installed):
    assert "zz_mine" not in available("signals")
    installed("alphastrike.signals", "zz_mine", "no_such_package.signals:plugin")

    found = available("signals")

    assert list(found)[-1] == "zz_mine"
    with pytest.raises(ConfigError, match=r"zz_mine .* cannot be imported"):
        chosen("signals", ["zz_mine"], "signals.enabled")


def test_a_name_declared_twice_is_an_error(installed):
    installed("alphastrike.strategies", "ema_cross", "somebody.else:plugin")

    with pytest.raises(ConfigError, match="ema_cross is declared twice"):
        available("strategies")


ADVISOR = """
from alphastrike.domain.interventions import Advice, ProposedCall

class Careful:
    name = "careful"

    def __init__(self, settings, recorder):
        self.recorder = recorder

    async def advise(self, request, trace_id):
        self.recorder.note(trace_id, "request", request.review_id)
        return Advice((ProposedCall("no_action", {}),), self.name, 5, trace_id=trace_id)

def empty(settings, recorder):
    return 7

def broken(settings, recorder):
    raise KeyError("CAREFUL_KEY")
"""


def advised_by(name, installed, tmp_path):
    (tmp_path / "careful_advisor.py").write_text(ADVISOR)
    installed("alphastrike.advisors", "careful", f"careful_advisor:{name}")
    return advisor_of(AlphaStrikeConfig.model_validate({"backtest": {"llm": "careful"}}), None)


async def test_an_installed_advisor_answers_by_its_name(installed, tmp_path):
    _, review = a_review()

    advice = await advised_by("Careful", installed, tmp_path).advise(review, "t")

    assert (advice.source, advice.trace_id) == ("careful", "t")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("empty", "careful cannot be used: AttributeError"),
        ("broken", "careful cannot be used: KeyError: 'CAREFUL_KEY'"),
        ("absent", "careful is installed but cannot be imported"),
    ],
)
def test_an_installed_advisor_that_is_none_is_named(name, expected, installed, tmp_path):
    with pytest.raises(ConfigError, match=expected):
        advised_by(name, installed, tmp_path)


OWN = """
from alphastrike.domain.settings import Settings
from alphastrike.signals.ema_cross import EmaCrossStrategy

class Options(Settings):
    fast: int = 3

class Mine:
    name = "mine"
    Config = Options
    def features(self, config, signals):
        return ("ema_gap_12_26",)
    def build(self, config, symbols, interval_ms, round_trip_cost, signals):
        return EmaCrossStrategy()

plugin = Mine()
"""


def test_a_strategy_in_a_file_of_ones_own_is_found(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(OWN)

    plugin = plugin_from_file(path)

    assert plugin.name == "mine"
    assert plugin.Config().fast == 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("import nothing_of_this_name\n", "cannot be imported: ModuleNotFoundError"),
        ("def broken(:\n", "cannot be imported: SyntaxError"),
        ("x = 1\n", "no module-level `plugin` with name, Config, features, build"),
        ("class P: name = 'x'\nplugin = P()\n", "no module-level `plugin` with Config, features, build"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_that_says_why(tmp_path, content, expected):
    path = tmp_path / "mine.py"
    path.write_text(content)

    with pytest.raises(ConfigError, match=expected):
        plugin_from_file(path)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="a Python file that exists"):
        plugin_from_file(tmp_path / "nowhere.py")


def test_a_file_that_is_no_python_file_is_an_error(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text(OWN)

    with pytest.raises(ConfigError, match=r"ends in \.py"):
        plugin_from_file(path)
