"""The environment is read when asked, and a wrong value names its variable."""

import pytest

from flowgen.bootstrap.settings import Settings, read_settings
from flowgen.domain.errors import InvalidField


def test_without_variables_the_defaults_hold() -> None:
    assert read_settings("127.0.0.1", 8001, {}) == Settings()


def test_variables_are_read() -> None:
    settings = read_settings("::1", 9, {"FLOWGEN_DRAIN_SECONDS": "0.5", "FLOWGEN_SWAP_SECONDS": "7"})
    assert (settings.host, settings.port, settings.drain_s, settings.swap_s) == ("::1", 9, 0.5, 7.0)


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf"])
def test_a_wrong_value_names_its_variable(text: str) -> None:
    with pytest.raises(InvalidField, match="FLOWGEN_DRAIN_SECONDS"):
        read_settings("127.0.0.1", 8001, {"FLOWGEN_DRAIN_SECONDS": text})


@pytest.mark.parametrize(
    ("text", "engine"), [(None, "worker"), ("", "worker"), ("worker", "worker"), ("inline", "inline")]
)
def test_the_engine_has_a_process_of_its_own_unless_told(text: str | None, engine: str) -> None:
    environment = {} if text is None else {"FLOWGEN_ENGINE": text}
    assert read_settings("127.0.0.1", 8001, environment).engine == engine


def test_an_engine_that_does_not_exist_names_the_variable() -> None:
    with pytest.raises(InvalidField, match="FLOWGEN_ENGINE: got 'thread'; allowed: worker or inline"):
        read_settings("127.0.0.1", 8001, {"FLOWGEN_ENGINE": "thread"})
