"""Training data out of a store: reader, filter, dedupe, project, redact, split, JSONL; one file a stage."""
