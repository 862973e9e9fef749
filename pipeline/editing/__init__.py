"""People's edits: changing bilingual files entry by entry, rebuilding issues from them, reading hand edits back."""
