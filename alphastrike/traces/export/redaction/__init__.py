"""What must not leave the store: one rule a file, composed by `redactor`."""
