"""What must hold before staff change an item: the version they saw, and that they hold it."""

from service.access.principal import Principal
from service.casework.models import QueueItemRow
from service.errors import Conflict, Stale, Unfenced


def check_version(row: QueueItemRow, seen: int | None) -> None:
    """Raises Unfenced where no version is given, Stale unless the caller saw the item as it is."""
    if seen is None:
        raise Unfenced("Send If-Match with the item's ETag, so that nobody's work is overwritten.")
    if row.version != seen:
        raise Stale("The item has changed since you read it; read it again.", version=row.version)


def check_holder(row: QueueItemRow, caller: Principal) -> None:
    """Raises Conflict unless the caller holds the item."""
    if row.holder_id != caller.id:
        raise Conflict("Another officer holds this item; only the holder may do this.", code="not-holder")
