"""The version that is written into every document and export."""

VERSION = "0.1.0"
