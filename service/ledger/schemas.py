"""Wire shapes of the ledger."""

from datetime import datetime

from pydantic import BaseModel, Field


class LedgerOut(BaseModel):
    """The log as it stands: its origin, the key to verify with, its size and the newest checkpoint."""

    origin: str
    vkey: str
    size: int
    signed_size: int | None
    signed_at: datetime | None


class InclusionOut(BaseModel):
    """RFC 9162 inclusion proof of one leaf in the tree over ``size`` leaves; hashes in hex, from the leaf up."""

    index: int
    size: int
    leaf_hash: str
    root: str
    hashes: list[str]


class ConsistencyOut(BaseModel):
    """RFC 9162 consistency proof between two sizes; hashes in hex."""

    first: int
    second: int
    first_root: str = Field(description="Root over the first ``first`` leaves.")
    second_root: str
    hashes: list[str]
