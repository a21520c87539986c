"""Words for JSON Schema (the dialect of OpenAPI 3.1): short, because every answer is described with them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DECIMAL: Schema = {"type": "string", "description": "A decimal number, written so that no digit is lost."}
HASH: Schema = {"type": "string", "description": "SHA-256, in hexadecimal digits.", "pattern": "^[0-9a-f]{64}$"}
TEXTS: Schema = {
    "type": "object",
    "description": "The text for each language tag.",
    "additionalProperties": {"type": "string"},
}


def short(most: int) -> Schema:
    """A text of at most so many characters."""
    return {"type": "string", "maxLength": most}


def thing(**properties: Schema) -> Schema:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def options(required: list[str], **properties: Schema) -> Schema:
    """What is sent: of these properties `required` must be there, and no other may."""
    return {**thing(**properties), "required": required}


def many(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def maybe(schema: Schema) -> Schema:
    """Null where there is nothing."""
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}
