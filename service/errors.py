"""The one error tree: a kind says what went wrong; the door (HTTP, shell) turns kind into status or exit code.

ServiceError
├── NotFound      what was named does not exist, or not for this caller
├── Conflict      the state of the record forbids it now
│   ├── Stale     the caller saw an older version
│   └── Unfenced  the caller did not say which version it saw
├── Forbidden     this caller may not
├── Invalid       the input is wrong; ``faults`` say where and what to mend
└── Unavailable   a part we need is down; trying again later is right
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing wrong in the input: an RFC 6901 JSON pointer ("" is the whole) and what to mend."""

    pointer: str
    detail: str


class ServiceError(Exception):
    """Base of every expected failure: a stable ``code`` (kebab-case), a ``detail`` for the reader, extra ``data``."""

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None, **data: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.data = data


class NotFound(ServiceError):
    """What was named does not exist for this caller."""

    code = "not-found"


class Conflict(ServiceError):
    """The record's present state forbids it; ``data`` says what the state is."""

    code = "conflict"


class Stale(Conflict):
    """The record has changed since the caller read it."""

    code = "version-mismatch"


class Unfenced(Conflict):
    """The caller must say which version it saw."""

    code = "version-required"


class Forbidden(ServiceError):
    """The caller is known and may not do this."""

    code = "forbidden"


class Invalid(ServiceError):
    """The input is wrong; ``faults`` name each place and what to mend."""

    code = "invalid"

    def __init__(self, detail: str, *, faults: tuple[Fault, ...] = (), code: str | None = None, **data: object) -> None:
        super().__init__(detail, code=code, **data)
        self.faults = faults


class Unavailable(ServiceError):
    """A part that is needed is down or busy; ``retry_after`` is in seconds."""

    code = "unavailable"

    def __init__(self, detail: str, *, retry_after: int = 5, code: str | None = None, **data: object) -> None:
        super().__init__(detail, code=code, **data)
        self.retry_after = retry_after
