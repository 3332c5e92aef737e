"""The bodies of /tokenize, /detokenize and /apply-template, as llama.cpp's server has them."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from flowgen.domain.values import Value

TokenId = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class TokenizeBody(Value, frozen=True):
    """POST /tokenize."""

    content: Annotated[str | list[str | TokenId], Meta(description="The text, or a list of texts and token ids.")]
    add_special: Annotated[bool, Meta(description="Put the text between the BOS and EOS that the model wants.")] = False
    parse_special: Annotated[bool, Meta(description="Special tokens' texts become those tokens.")] = True
    with_pieces: Annotated[bool, Meta(description="Give each token's text, or its bytes where they are none.")] = False


class DetokenizeBody(Value, frozen=True):
    """POST /detokenize."""

    tokens: Annotated[list[TokenId], Meta(description="Token ids.")]


class TokenPiece(Value, frozen=True):
    """A token with its text, or its bytes where these are no text by themselves."""

    id: int
    piece: str | list[int]


class TokensBody(Value, frozen=True):
    """The answer of /tokenize."""

    tokens: list[int | TokenPiece]
    warnings: list[str] | UnsetType = UNSET


class ContentBody(Value, frozen=True):
    """The answer of /detokenize."""

    content: str
    warnings: list[str] | UnsetType = UNSET


class PromptBody(Value, frozen=True):
    """The answer of /apply-template: what the model would read."""

    prompt: str
    warnings: list[str] | UnsetType = UNSET
