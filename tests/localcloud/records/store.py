"""Where the records live: per service, region and kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from .kinds import Kind, Service
from .record import MISSING, Record, identity

_records: dict[tuple[str, str, str], dict[str, Record]] = defaultdict(dict)


def clear() -> None:
    """Forget everything."""
    _records.clear()


def forget(service: str, region: str, **fields: Any) -> None:
    """Forget the records that have these fields: what they belong to is gone from moto."""
    for (name, place, _noun), records in _records.items():
        if (name, place) == (service, region):
            for key, record in list(records.items()):
                if all(record.get(field) == value for field, value in fields.items()):
                    del records[key]


class Store:
    """The records of one service in one region."""

    def __init__(self, service: Service, region: str) -> None:
        self.service, self.region = service, "us-east-1" if service.everywhere else region

    def of(self, kind: Kind) -> dict[str, Record]:
        """All records of a kind by identity, oldest first."""
        found = _records[self.service.name, self.region, kind.noun]
        if kind.always and not found:
            record = Record(kind, self.region, {}, {}, None)
            found[record.identity] = record
        return found

    def add(self, kind: Kind, fields: dict[str, Any], tags: dict[str, str], parent: Record | None) -> Record:
        """A new record."""
        record = Record(kind, self.region, fields, tags, parent)
        self.of(kind)[record.identity] = record
        return record

    def find(self, kind: Kind, fields: dict[str, Any]) -> Record | None:
        """The record that folded ``fields`` of an input mean."""
        records = self.of(kind)
        wanted = [next((value for name, value in fields.items() if kind.is_key(name, key)), MISSING)
                  for key in kind.keys]
        if MISSING not in wanted:
            found = records.get(identity(wanted))
            if found is not None:
                return found
        given = {value for value in fields.values() if isinstance(value, str)}
        return next((record for record in records.values() if record.arn in given and self._agrees(record, wanted)),
                    None)

    @staticmethod
    def _agrees(record: Record, wanted: list[Any]) -> bool:
        """Whether what else is known of the key fits (an ARN may stand in the place of a name)."""
        return all(value in (MISSING, record.arn) or value == record.get(key)
                   for key, value in zip(record.kind.keys, wanted, strict=True))

    def remove(self, record: Record) -> None:
        """Forget a record and its children."""
        self.of(record.kind).pop(record.identity, None)
        for kind in self.service.kinds:
            if kind.parent == record.kind.noun:
                for child in [one for one in self.of(kind).values() if one.parent is record]:
                    self.remove(child)

    def all(self) -> Iterator[Record]:
        """Every record of the service in the region."""
        for kind in self.service.kinds:
            yield from self.of(kind).values()

    def by_arn(self, arns: set[str]) -> Record | None:
        """The record with one of these ARNs."""
        return next((record for record in self.all() if record.arn in arns), None)
