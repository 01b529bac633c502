"""The store: the only room that speaks SQL. Statements live in `sql/*.sql` under names, tables in `migrations/`."""
