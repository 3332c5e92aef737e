"""Instructor: a model from a named tool, and from a JSON Schema."""

from typing import Literal

import instructor
import openai
import pytest
from pydantic import BaseModel


class Reading(BaseModel):
    """What the model is to answer with."""

    unit: Literal["km", "m"]
    number: int


@pytest.mark.parametrize("mode", [instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA])
def test_the_answer_is_an_instance(base_url: str, mode: instructor.Mode) -> None:
    with openai.OpenAI(base_url=base_url, api_key="none") as raw:
        client = instructor.from_openai(raw, mode=mode)
        answer = client.chat.completions.create(
            model="any",
            response_model=Reading,
            messages=[{"role": "user", "content": "How far is it?"}],
            max_retries=0,
            temperature=0,
            max_tokens=60,
        )
    assert isinstance(answer, Reading)
