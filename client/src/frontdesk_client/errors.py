"""All that goes wrong, as exceptions; none of them ever holds a token or a secret."""


class FrontdeskError(Exception):
    """Whatever this package raises on purpose."""


class StoreFailed(FrontdeskError):
    """The place for tokens cannot be read or written."""


class StoreBusy(StoreFailed):
    """Somebody else held the tokens for longer than we wait."""


class TokenEndpointFailed(FrontdeskError):
    """The token endpoint could not be reached, or answered what no token endpoint answers. Trying again may help.

    `retry_after` is in how many seconds, where the answer says.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """The message says what came instead."""
        super().__init__(message)
        self.retry_after = retry_after


class RefreshRefused(FrontdeskError):
    """The token endpoint refuses for another reason than the connection's end: a wrong secret, a disabled app.

    `error` is its code, of RFC 6749 §5.2.
    """

    def __init__(self, message: str, *, error: str) -> None:
        """What to do stands in the message."""
        super().__init__(message)
        self.error = error


class InsecureTransport(FrontdeskError):
    """A credential would have gone over plain http to another host than this one."""


class ForeignOrigin(FrontdeskError):
    """A credential would have gone to another origin than the API's."""


class AuthorizationFailed(FrontdeskError):
    """The sign-in did not end in a connection: refused, or its answer was not for us.

    `error` is the code of RFC 6749 §4.1.2.1, or None where the answer itself cannot be trusted.
    """

    def __init__(self, message: str, *, error: str | None = None) -> None:
        """What to do stands in the message."""
        super().__init__(message)
        self.error = error


class DiscoveryFailed(FrontdeskError):
    """What a server says of itself cannot be had, or is about somebody else: nothing was taken from it."""


class NotDescribed(DiscoveryFailed):
    """The server has no such document, as the original API has none: its addresses have to be told."""


class ReauthorizationRequired(FrontdeskError):
    """The connection is gone: its refresh token is refused. Only connecting again helps.

    `name` is the store's name of the connection, `next_step` what to do, in words for a developer.
    """

    def __init__(self, message: str, *, name: str, next_step: str) -> None:
        """The message says what was refused, the next step what helps."""
        super().__init__(f"{message} {next_step}")
        self.name = name
        self.next_step = next_step


class PagingFailed(FrontdeskError):
    """An answer is no page of a list, or the list leads in a circle."""


class ApiError(FrontdeskError):
    """The API refused a call with `{"message", "type"}`.

    `status` is the HTTP status, `type` the machine's word, `request_id` what to ask `explain` about, `explanation` the
    address where its caller may read why (None where the id is of another form), `retry_after` seconds, where the
    answer says.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        kind: str,
        request_id: str | None,
        explanation: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """As the answer says it; `kind` is its `type`."""
        super().__init__(f"{status} {kind}: {message}" + (f" (request {request_id})" if request_id else ""))
        self.message = message
        self.status = status
        self.type = kind
        self.request_id = request_id
        self.explanation = explanation
        self.retry_after = retry_after
