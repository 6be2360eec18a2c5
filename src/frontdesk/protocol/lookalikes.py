"""Names that a hurried reader takes for one another. Unicode TR39 (confusables), RFC 9700 §4.16; ATTACKS CS.

A name is reduced to what the eye keeps of it: without case, marks, spaces and punctuation, letters of other scripts and
digits as the Latin letters that they look like. It is for warnings only: nothing is refused by it.
"""

import unicodedata

LONG_ENOUGH = 6  # of a name's reduced letters, for one of them to be another without a warning being noise

# What looks like a Latin letter and is none, once marks and compatibility forms are gone. Lower case.
_LOOKS_LIKE = str.maketrans(
    {
        **dict(zip("абвгдеёзикмнорстухцьіїјѕԁԛԝһ", "abbrдeeзukmhopctyxцbiijsdqwh", strict=True)),
        **dict(zip("αβγδεζηικνορτυχω", "abydezniknoptuxw", strict=True)),
        **dict(zip("0134578", "oieastb", strict=True)),
        "|": "l",
        "!": "l",
        "$": "s",
        "@": "a",
        "ı": "i",
        "ɑ": "a",
        "ɡ": "g",
        "ß": "ss",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
    }
)
# Pairs that run into one letter, and letters that one cannot tell apart.
_RUNS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("l", "i"), ("j", "i"))


def skeleton(name: str) -> str:
    """What the eye keeps of a name; two that have the same look the same."""
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_LOOKS_LIKE)
    text = "".join(letter for letter in unicodedata.normalize("NFKD", folded) if letter.isalnum())
    for run, one in _RUNS:
        text = text.replace(run, one)
    return text


def resembles(one: str, other: str) -> bool:
    """Whether two skeletons are the same, or, where they are long, but for one letter that is another, more or less."""
    if one == other:
        return bool(one)
    short, long = sorted((one, other), key=len)
    if len(short) < LONG_ENOUGH or len(long) - len(short) > 1:
        return False
    same = 0
    while same < len(short) and short[same] == long[same]:
        same += 1
    rest = short[same + 1 :] if len(short) == len(long) else short[same:]
    return rest == long[same + 1 :]


def poses_as(name: str, house: str) -> bool:
    """Whether an app's name sounds as if it were the installation's own."""
    own = skeleton(house)
    return len(own) >= LONG_ENOUGH and own in skeleton(name)
