"""Any venue with an OpenAPI document, described by data: no code, no evaluation, no guessing of names."""
