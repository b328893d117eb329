"""Every error a user can meet, each with what happened, where, and what to do next.

LakehouseError              something is wrong, and the message says what
├── ContractError           a contract file is not valid, or contradicts a table       (usage)
├── UploadRefused           a whole upload cannot be read or holds nothing we know     (data)
├── PackageMissing          a library that a file needs is not on this machine         (of the machine, not of the file)
├── ObjectMissing           a key that should be in the lake is not there
├── LockHeld                somebody else is writing
└── JobFailed               an ETL job broke, or its counts do not add up
"""

from __future__ import annotations


class LakehouseError(Exception):
    """An error meant to be read by a person: one line of what and where, one line of what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ContractError(LakehouseError):
    """A contract is not valid, or asks an existing table for a change it cannot take."""


class UploadRefused(LakehouseError):
    """An upload that cannot be read, or in which no sheet belongs to a known dataset."""


class PackageMissing(LakehouseError):
    """A library that this file needs is not where the pipeline runs; the same file may be read elsewhere."""


class ObjectMissing(LakehouseError):
    """A key that should be in the lake is not there."""


class LockHeld(LakehouseError):
    """Another execution is writing."""


class JobFailed(LakehouseError):
    """An ETL job failed; nothing it read has been marked as processed."""
