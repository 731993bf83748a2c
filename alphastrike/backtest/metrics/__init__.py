"""Performance statistics: pure functions of arrays, one topic a module."""
