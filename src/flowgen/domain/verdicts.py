"""What becomes of a token that an answer was to go on with. Knows counts of tokens; refuses to know how it is drawn."""

from flowgen.domain.values import Value


class Failure(Value, frozen=True):
    """What a checked value did not meet: a keyword, and the JSON pointer to it in the schema that the request's `field`
    holds."""

    keyword: str
    pointer: str
    field: str = "response_format"


class Verdict(Value, frozen=True):
    """True exactly where the token was taken.

    Else it is banned at this place, and `num_back` tokens before it, 0 or more, are taken back because of `failure`;
    the matcher then stands there already, and another token is to be chosen. `is_final`: there is none.
    `opens`: with the token a checked value began, to whose beginning the answer may have to go back.
    """

    is_accepted: bool = True
    num_back: int = 0
    opens: bool = False
    is_final: bool = False
    failure: Failure | None = None

    def __bool__(self) -> bool:
        return self.is_accepted


ACCEPTED = Verdict()
OPENED = Verdict(opens=True)
REFUSED = Verdict(is_accepted=False)
