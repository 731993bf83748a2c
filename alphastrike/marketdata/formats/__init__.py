"""One file format a module: `detect`, `identify`, `read`; found by looking into this folder."""
