"""All that a program may put out about the SDK: errors as the most talkative reporter shows them, and every object."""

import gc
import traceback
from collections.abc import Iterator
from pathlib import Path

import frontdesk_client
from frontdesk_client.hidden import Hidden

SDK = str(Path(frontdesk_client.__file__).parent)


def tell_words(error: BaseException) -> str:
    """Text, arguments, members and traceback of an error and of all in its chain, suppressed ones too."""
    parts: list[str] = []
    for one in _chain(error, suppressed=True):
        parts += [str(one), repr(one), repr(one.args), repr(vars(one))]
        parts += traceback.TracebackException.from_exception(one).format()
    return "\n".join(parts)


def tell_frames(error: BaseException) -> str:
    """The locals of every frame of ours, as a reporter shows them with the error."""
    return "\n".join(
        f"{frame.f_code.co_qualname}: {name} = {value!r}"
        for one in _chain(error, suppressed=False)
        for frame, _ in traceback.walk_tb(one.__traceback__)
        if frame.f_code.co_filename.startswith(SDK)
        for name, value in frame.f_locals.items()
    )


def living_objects() -> Iterator[str]:
    """The repr of every object of a class of the SDK that the garbage collector knows, and of all exported names."""
    for one in gc.get_objects():
        if str(type(one).__module__).partition(".")[0] == "frontdesk_client":
            said = "" if isinstance(one, Hidden) else str(one)  # a text is what it says; its repr is what shows
            yield f"{type(one).__qualname__}: {one!r} {said}"
    for name in frontdesk_client.__all__:
        yield repr(getattr(frontdesk_client, name))


def _chain(error: BaseException, *, suppressed: bool) -> Iterator[BaseException]:
    """The error, what it was raised from, and what was being handled, to the end."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting.append(one.__cause__)
            if suppressed or not one.__suppress_context__:
                waiting.append(one.__context__)
