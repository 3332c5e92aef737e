"""The formats that any draft defines, as patterns of whole texts. Knows the standards behind them; refuses to know
drafts: every format is enforced in every one."""

from flowgen.domain.values import Value


class Format(Value, frozen=True):
    """Texts that match all of `patterns` (in the notation of `pattern_reading`, edges left out); not `is_exact` where
    these take more than the format does, so that a text is to be judged when it is whole. `longest` is the length that
    the patterns bound it to, None where they do not."""

    patterns: tuple[str, ...]
    is_exact: bool = True
    longest: int | None = None


def _any(*options: str) -> str:
    return "(?:" + "|".join(options) + ")"


_YEAR = "[0-9]{4}"
_LEAP_YEAR = _any("[0-9]{2}(?:0[48]|[2468][048]|[13579][26])", "(?:[02468][048]|[13579][26])00")
_DATE = _any(
    f"{_YEAR}-" + _any(
        "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
        "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
        "02-(?:0[1-9]|1[0-9]|2[0-8])",
    ),
    f"{_LEAP_YEAR}-02-29",
)  # fmt: skip
_OFFSET = "[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]"


def _leap_seconds() -> str:
    """23:59:60 in UTC, told in zones that are whole or half hours away."""
    told = ["23:59:60(?:\\.[0-9]+)?[zZ]"]
    for minutes in range(0, 24 * 60, 30):
        for sign, local in (("\\+", 24 * 60 - 1 + minutes), ("-", 24 * 60 - 1 - minutes)):
            clock = f"{local // 60 % 24:02}:{local % 60:02}:60"
            told.append(f"{clock}(?:\\.[0-9]+)?{sign}{minutes // 60:02}:{minutes % 60:02}")
    return _any(*told)


_TIME = _any(f"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?(?:[zZ]|{_OFFSET})", _leap_seconds())

_PART_OF_DAY = "T" + _any("[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?", "[0-9]+M(?:[0-9]+S)?", "[0-9]+S")
_DAYS = _any("[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?", "[0-9]+M(?:[0-9]+D)?", "[0-9]+D")
_DURATION = "P" + _any(f"{_DAYS}(?:{_PART_OF_DAY})?", _PART_OF_DAY, "[0-9]+W")

_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = f"(?:{_BYTE}\\.){{3}}{_BYTE}"
_H16 = "[0-9a-fA-F]{1,4}"
_LS32 = f"(?:{_H16}:{_H16}|{_IPV4})"
_IPV6 = _any(
    f"(?:{_H16}:){{6}}{_LS32}",
    f"::(?:{_H16}:){{5}}{_LS32}",
    f"(?:{_H16})?::(?:{_H16}:){{4}}{_LS32}",
    f"(?:(?:{_H16}:){{0,1}}{_H16})?::(?:{_H16}:){{3}}{_LS32}",
    f"(?:(?:{_H16}:){{0,2}}{_H16})?::(?:{_H16}:){{2}}{_LS32}",
    f"(?:(?:{_H16}:){{0,3}}{_H16})?::{_H16}:{_LS32}",
    f"(?:(?:{_H16}:){{0,4}}{_H16})?::{_LS32}",
    f"(?:(?:{_H16}:){{0,5}}{_H16})?::{_H16}",
    f"(?:(?:{_H16}:){{0,6}}{_H16})?::",
)

_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HOSTNAME = f"{_LABEL}(?:\\.{_LABEL})*\\.?"
_WORLD = "\\x{80}-\\x{d7ff}\\x{f900}-\\x{10ffff}"
_WORLD_LABEL = f"[a-zA-Z0-9{_WORLD}](?:[a-zA-Z0-9{_WORLD}-]*[a-zA-Z0-9{_WORLD}])?"
_WORLD_HOSTNAME = (
    f"{_WORLD_LABEL}(?:[.\\x{{3002}}\\x{{ff0e}}\\x{{ff61}}]{_WORLD_LABEL})*[.\\x{{3002}}\\x{{ff0e}}\\x{{ff61}}]?"
)

_ATOM = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+"
_QUOTED = '"(?:[ !#-\\[\\]-~]|\\\\[ -~])*"'
_WORLD_QUOTED = f'"(?:[ !#-\\[\\]-~{_WORLD}]|\\\\[ -~])*"'
_DOMAIN = f"{_LABEL}(?:\\.{_LABEL})*"
_LITERAL_DOMAIN = f"\\[(?:{_IPV4}|[iI][pP][vV]6:{_IPV6})\\]"
_EMAIL = f"(?:{_ATOM}(?:\\.{_ATOM})*|{_QUOTED})@(?:{_DOMAIN}|{_LITERAL_DOMAIN})"
_EMAIL_LENGTHS = '(?:[^@]{1,64}|"[^"]{0,30}@(?s:.){0,30}")@[^@]{1,255}'
_WORLD_ATOM = f"[a-zA-Z0-9!#$%&'*+/=?^_`{{|}}~{_WORLD}-]+"
_WORLD_EMAIL = (
    f"(?:{_WORLD_ATOM}(?:\\.{_WORLD_ATOM})*|{_WORLD_QUOTED})@(?:{_WORLD_LABEL}(?:\\.{_WORLD_LABEL})*|{_LITERAL_DOMAIN})"
)

_HEX2 = "%[0-9a-fA-F]{2}"


def _uri_parts(letters: str, private: str = "") -> tuple[str, str, str, str]:
    """Give authority, path that follows one, path that does not begin with `//`, and query with fragment."""
    char = f"(?:[a-zA-Z0-9._~!$&'()*+,;=:@{letters}-]|{_HEX2})"
    plain = f"(?:[a-zA-Z0-9._~!$&'()*+,;={letters}-]|{_HEX2})"
    user = f"(?:[a-zA-Z0-9._~!$&'()*+,;=:{letters}-]|{_HEX2})*@"
    future = "[vV][0-9a-fA-F]+\\.[a-zA-Z0-9._~!$&'()*+,;=:-]+"
    authority = f"//(?:{user})?(?:\\[(?:{_IPV6}|{future})\\]|{plain}*)(?::[0-9]*)?"
    tail = f"(?:\\?(?:{char}|[/?{private}])*)?(?:#(?:{char}|[/?])*)?"
    return authority, f"(?:/{char}*)*", f"(?:/(?:{char}+(?:/{char}*)*)?|{char}+(?:/{char}*)*|)", tail


def _uri(letters: str, private: str = "") -> str:
    authority, after, alone, tail = _uri_parts(letters, private)
    return f"[a-zA-Z][a-zA-Z0-9+.-]*:(?:{authority}{after}|{alone}){tail}"


def _uri_reference(letters: str, private: str = "") -> str:
    authority, after, _, tail = _uri_parts(letters, private)
    char = f"(?:[a-zA-Z0-9._~!$&'()*+,;=:@{letters}-]|{_HEX2})"
    first = f"(?:[a-zA-Z0-9._~!$&'()*+,;=@{letters}-]|{_HEX2})+"
    relative = f"(?:{authority}{after}|/(?:{char}+(?:/{char}*)*)?|{first}(?:/{char}*)*|){tail}"
    return _any(_uri(letters, private), relative)


_IRI_LETTERS = "\\x{a0}-\\x{d7ff}\\x{f900}-\\x{fdcf}\\x{fdf0}-\\x{ffef}" + "".join(
    f"\\x{{{plane:x}0000}}-\\x{{{plane:x}fffd}}" if plane < 14 else "\\x{e1000}-\\x{efffd}" for plane in range(1, 15)
)
_IRI_PRIVATE = "\\x{e000}-\\x{f8ff}\\x{f0000}-\\x{ffffd}\\x{100000}-\\x{10fffd}"
_VARIABLE = f"(?:[a-zA-Z0-9_]|{_HEX2})(?:\\.?(?:[a-zA-Z0-9_]|{_HEX2}))*(?::[1-9][0-9]{{0,3}}|\\*)?"
_URI_TEMPLATE = (
    f"(?:[!#$&'()*+,./0-9:;=?@A-Z\\[\\]_a-z~{_IRI_LETTERS}{_IRI_PRIVATE}-]|{_HEX2}"
    f"|\\{{[+#./;?&=,!@|]?{_VARIABLE}(?:,{_VARIABLE})*\\}})*"
)
_POINTER = "(?:/(?:[^~/]|~[01])*)*"

FORMATS = {
    "date": Format(patterns=(_DATE,), longest=10),
    "time": Format(patterns=(_TIME,)),
    "date-time": Format(patterns=(f"{_DATE}[tT]{_TIME}",)),
    "duration": Format(patterns=(_DURATION,)),
    "email": Format(patterns=(_EMAIL, _EMAIL_LENGTHS), longest=320),
    "idn-email": Format(patterns=(_WORLD_EMAIL,), is_exact=False),
    "hostname": Format(patterns=(_HOSTNAME, "(?s:.){1,254}"), is_exact=False, longest=254),
    "idn-hostname": Format(patterns=(_WORLD_HOSTNAME,), is_exact=False),
    "ipv4": Format(patterns=(_IPV4,), longest=15),
    "ipv6": Format(patterns=(_IPV6,), longest=45),
    "uri": Format(patterns=(_uri(""),)),
    "uri-reference": Format(patterns=(_uri_reference(""),)),
    "iri": Format(patterns=(_uri(_IRI_LETTERS, _IRI_PRIVATE),)),
    "iri-reference": Format(patterns=(_uri_reference(_IRI_LETTERS, _IRI_PRIVATE),)),
    "uuid": Format(patterns=("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",), longest=36),
    "uri-template": Format(patterns=(_URI_TEMPLATE,)),
    "json-pointer": Format(patterns=(_POINTER,)),
    "relative-json-pointer": Format(patterns=(f"(?:0|[1-9][0-9]*)(?:#|{_POINTER})",)),
    "regex": Format(patterns=(), is_exact=False),
}
"""By name. Residue: punycode and the rules of letters' neighbours in host names, and patterns, are no regular
languages."""
