"""Keys come from the environment or a private file, and never show."""

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.transport.credentials import Credentials, load_credentials


def a_file(tmp_path, mode=0o600, text='[some-venue]\napi_key = "k"\napi_secret = "hush"\n'):
    file = tmp_path / "keys.toml"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_the_environment_wins(tmp_path):
    found = load_credentials("some-venue", {"ALPHASTRIKE_SOME_VENUE_API_KEY": "e"}, a_file(tmp_path))

    assert found.api_key.get_secret_value() == "e"


def test_a_private_file_is_read(tmp_path):
    found = load_credentials("some-venue", {}, a_file(tmp_path))

    assert found.api_secret.get_secret_value() == "hush"
    assert found.passphrase.get_secret_value() == ""


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_others_can_read_is_refused_without_showing_it(tmp_path, mode):
    with pytest.raises(ConfigError, match="0600") as refusal:
        load_credentials("some-venue", {}, a_file(tmp_path, mode))

    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize("text", ['api_key = "hush', '[some-venue]\nsecret_key = "hush"\n'])
def test_a_file_that_is_wrong_is_refused_without_showing_it(tmp_path, text):
    with pytest.raises(ConfigError) as refusal:
        load_credentials("some-venue", {}, a_file(tmp_path, text=text))

    assert "hush" not in str(refusal.value)


def test_secrets_never_show():
    assert (
        "hush" not in f"{Credentials.of({'api_secret': 'hush'})!r} {Credentials.of({'passphrase': 'hush'})}"
    )
