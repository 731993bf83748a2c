"""One format a module: `plugin` is a `Format`; found by looking into this folder."""
