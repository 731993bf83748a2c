"""What is told, and how often."""

from dataclasses import dataclass, field

import pytest

from alphastrike.live.config import NotifyConfig
from alphastrike.live.notices import Notifier


@dataclass
class Postbox:
    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, title, text):
        self.sent.append((title, text))


@dataclass
class Scene:
    now_s: float = 0.0
    box: Postbox = field(default_factory=Postbox)

    def notifier(self, **rules):
        return Notifier(NotifyConfig(**rules), self.box, lambda: self.now_s)


@pytest.fixture
def scene():
    return Scene()


def test_only_what_is_wanted_is_told(scene):
    notifier = scene.notifier(events=("alert",))

    notifier.tell("alert", "look")
    notifier.tell("order", "buy")

    assert scene.box.sent == [("alphastrike: alert", "look")]


def test_what_comes_too_thick_is_counted_and_told_with_the_next(scene):
    notifier = scene.notifier(events=("note",), note_seconds=60.0)
    for scene.now_s in (0.0, 1.0, 59.0, 60.0, 61.0):
        notifier.tell("note", f"at {scene.now_s:g}")

    assert [text for _, text in scene.box.sent] == ["at 0", "at 60 (and 2 more since the last message)"]


def test_one_kind_does_not_hold_up_another(scene):
    notifier = scene.notifier(events=("note", "alert"), note_seconds=60.0)

    for kind in ("note", "note", "alert", "alert"):
        notifier.tell(kind, kind)

    assert [text for _, text in scene.box.sent] == ["note", "alert", "alert"]
