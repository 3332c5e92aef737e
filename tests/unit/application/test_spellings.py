"""A value is spelt in each way in which a grammar may ask for it."""

from typing import Any

import pytest

from flowgen.application.spellings import spellings


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ({"a": [1, 1.5, None]}, [b'{"a":[1,1.5,null]}']),
        ("\u00e9", ['"\u00e9"'.encode(), b'"\\u00e9"']),
        ("\ud800", [b'"\\ud800"']),
        ([1e-07, -2.5e-10, 1e300], [b"[1e-07,-2.5e-10,1e+300]", b"[0.0000001,-0.00000000025,1" + b"0" * 300 + b"]"]),
        (["1e-7", '"1e-07', "\\", 1e-5], [b'["1e-7","\\"1e-07","\\\\",1e-05]', b'["1e-7","\\"1e-07","\\\\",0.00001]']),
    ],
)
def test_spellings(value: Any, texts: list[bytes]) -> None:
    assert list(spellings(value)) == texts
