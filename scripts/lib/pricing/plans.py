"""Reading `terraform show -json` of a plan or a state: resources, their Regions, what they refer to."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What a provider without a Region of its own in the configuration stands for:
# the roots' convention. None is the provider without an alias.
ALIASES = {None: "us-east-1", "global": "us-east-1", "secondary": "us-west-2", "dr": "eu-west-1"}
_INDEX = re.compile(r"\[[^\]]*\]")


class PlanError(ValueError):
    """The file is not what `terraform show -json` prints."""


@dataclass
class Resource:
    """One managed resource as it will be."""

    address: str
    type: str
    name: str
    index: str | int | None
    values: dict[str, Any]
    region: str
    expressions: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, Any] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The module's address, empty in the root."""
        return self.address.rpartition(f"{self.type}.{self.name}")[0].rstrip(".")

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute; what is null or not known yet is the default."""
        value = self.values.get(name)
        return default if value is None else value

    def block(self, name: str) -> dict[str, Any]:
        """The first block of that name, or an empty one."""
        return next(iter(self.get(name, []) or []), {}) or {}

    def tags(self) -> dict[str, str]:
        """The tags, those of an Auto Scaling group included."""
        merged = {**self.get("tags", {}), **self.get("tags_all", {})}
        merged.update({tag["key"]: tag["value"] for tag in self.get("tag", []) or [] if "key" in tag})
        return merged


class Plan:
    """The managed resources of a plan or a state."""

    def __init__(self, document: Mapping[str, Any], regions: Mapping[str | None, str] | None = None) -> None:
        values = document.get("planned_values") or document.get("values")
        if values is None:
            raise PlanError(
                "neither planned_values nor values: give what `terraform show -json` prints of a plan or a state"
            )
        self.timestamp: str | None = document.get("timestamp")
        self._regions = {**ALIASES, **(regions or {})}
        configuration = document.get("configuration") or {}
        self._configured = dict(_configured(configuration.get("root_module") or {}, ""))
        self._providers = configuration.get("provider_config") or {}
        unknown = {
            change["address"]: change.get("change", {}).get("after_unknown") or {}
            for change in document.get("resource_changes") or []
        }
        self.resources = [self._resource(found, unknown) for found in _walk(values.get("root_module") or {})]
        self._by_type: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self._by_type.setdefault(resource.type, []).append(resource)
        prior = (document.get("prior_state") or {}).get("values")
        before = Plan({"values": prior, "configuration": configuration}, regions) if prior else None
        # A plan of something new has a prior state too: what its data sources read.
        self.prior = before if before and before.resources else None

    @classmethod
    def load(cls, path: Path, regions: Mapping[str | None, str] | None = None) -> Plan:
        """Read a file."""
        try:
            document = json.loads(path.read_text())
        except json.JSONDecodeError as error:
            raise PlanError(f"{path} is no JSON ({error}): give what `terraform show -json` prints") from None
        if not isinstance(document, dict):
            raise PlanError(f"{path} is not what `terraform show -json` prints")
        return cls(document, regions)

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types."""
        return [resource for kind in types for resource in self._by_type.get(kind, [])]

    def related(self, resource: Resource, attribute: str, kind: str) -> Resource | None:
        """The resource of a type that an attribute or block refers to.

        By a known id, name or ARN; otherwise by the reference in the
        configuration, of the same key where there are several.
        """
        known = {text for text in _texts(resource.values.get(attribute)) if text}
        candidates = self.of(kind)
        for candidate in candidates:
            if known & {candidate.values.get(name) for name in ("id", "arn", "name", "identifier", "key_id")} - {None}:
                return candidate
        references = set(_references(resource.expressions.get(attribute)))
        near = [
            candidate
            for candidate in candidates
            if candidate.module == resource.module and f"{kind}.{candidate.name}" in references
        ]
        same = [candidate for candidate in near if candidate.index == resource.index]
        if same or len(near) == 1:
            return (same or near)[0]
        # "cluster/replica" refers to "cluster".
        owners = [candidate for candidate in near if str(resource.index).startswith(f"{candidate.index}/")]
        return owners[0] if len(owners) == 1 else None

    def zones(self, region: str) -> int:
        """How many availability zones the Region's subnets lie in."""
        names = {subnet.get("availability_zone") for subnet in self.of("aws_subnet") if subnet.region == region}
        return len(names - {None})

    def environment(self) -> str | None:
        """What most resources' Environment tag says."""
        found = Counter(tag for resource in self.resources if (tag := resource.tags().get("Environment")))
        return found.most_common(1)[0][0] if found else None

    def _resource(self, found: dict[str, Any], unknown: Mapping[str, Any]) -> Resource:
        address = found["address"]
        configured = self._configured.get(_INDEX.sub("", address), {})
        values = found.get("values") or {}
        return Resource(
            address=address,
            type=found["type"],
            name=found["name"],
            index=found.get("index"),
            values=values,
            region=self._region(values, configured.get("provider_config_key")),
            expressions=configured.get("expressions") or {},
            unknown=unknown.get(address, {}),
        )

    def _region(self, values: dict[str, Any], key: str | None) -> str:
        if isinstance(values.get("region"), str):
            return values["region"]
        if isinstance(values.get("arn"), str):
            region = values["arn"].split(":")[3:4]
            if region and region[0]:
                return region[0]
        if isinstance(values.get("availability_zone"), str):
            return values["availability_zone"].rstrip("abcdefghij")
        provider = self._providers.get(key or "aws") or {}
        constant = ((provider.get("expressions") or {}).get("region") or {}).get("constant_value")
        if constant:
            return constant
        alias = provider.get("alias") or ((key or "").partition(".")[2] or None)
        if alias not in self._regions:
            raise PlanError(f"the Region of provider {key} is not in the plan: give it with --region {alias}=<region>")
        return self._regions[alias]


def _walk(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in module.get("resources") or []:
        if resource.get("mode", "managed") == "managed":
            yield resource
    for child in module.get("child_modules") or []:
        yield from _walk(child)


def _configured(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in module.get("resources") or []:
        yield prefix + resource["address"], resource
    for name, call in (module.get("module_calls") or {}).items():
        yield from _configured(call.get("module") or {}, f"{prefix}module.{name}.")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _references(expression: object) -> Iterator[str]:
    if isinstance(expression, dict):
        for key, inner in expression.items():
            if key == "references":
                yield from inner
            else:
                yield from _references(inner)
    elif isinstance(expression, list):
        for inner in expression:
            yield from _references(inner)
