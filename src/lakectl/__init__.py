"""What the operator types. Parses, calls one operation, renders one result."""

__version__ = "0.1.0"
