"""Why a question has no answer."""

from __future__ import annotations

from lakectl.errors import UsageError
from lakehouse.errors import LakehouseError


class QueryError(UsageError):
    """A question that cannot be asked: no SQL, more than a query, or about something that is not there."""


class QueryFailed(LakehouseError):
    """A question that broke while it was answered, such as a division by zero."""
