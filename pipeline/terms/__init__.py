"""Looking after the glossary: editing, checking, suggesting, measuring, exchanging."""
