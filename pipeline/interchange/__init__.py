"""Bilingual files in the formats of translators' tools: out, and what people did there back in."""
