"""Sample data: an invented shop, what goes wrong on the way, and what a right pipeline must make of it."""
