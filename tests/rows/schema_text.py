"""A database's schema as text of our own, from the catalogues: the same on PostgreSQL 15 to 18, unlike pg_dump's.

What extensions brought, partitions and chunks are left out. Bodies of functions stand as a hash, and of a view its
columns and what it reads: how the server prints a query changes from release to release.
"""

from collections.abc import Iterator

from hereabouts_platform.store.connection import Connection

OURS = """
n.nspname IN ('public', 'household', 'published') AND c.relowner = 'hereabouts_owner'::regrole AND NOT c.relispartition
AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')
"""

RELATIONS = f"""
SELECT n.nspname || '.' || c.relname,
       CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'divided table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence'
            ELSE c.relkind::text END,
       concat_ws(' ', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
                 CASE WHEN c.relrowsecurity THEN 'row security' END,
                 CASE WHEN c.reloptions IS NOT NULL THEN 'with ' || (SELECT string_agg(o, ', ' ORDER BY o)
                                                                     FROM unnest(c.reloptions) o) END,
                 (SELECT format('%s from %s by %s in [%s, %s]%s', format_type(s.seqtypid, NULL), s.seqstart,
                                s.seqincrement, s.seqmin, s.seqmax, CASE WHEN s.seqcycle THEN ' cycle' END)
                  FROM pg_sequence s WHERE s.seqrelid = c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'S') AND {OURS}
"""

PARTS = {
    "column": f"""
SELECT n.nspname || '.' || c.relname, lpad(a.attnum::text, 3) || ' ' || a.attname || ' ' ||
       format_type(a.atttypid, a.atttypmod) ||
       CASE WHEN a.attnotnull THEN ' not null' ELSE '' END ||
       CASE a.attidentity WHEN '' THEN '' ELSE ' identity ' || a.attidentity::text END ||
       CASE WHEN a.attgenerated <> '' THEN ' generated as '
            ELSE CASE WHEN d.oid IS NULL THEN '' ELSE ' default ' END END ||
       coalesce(pg_get_expr(d.adbin, d.adrelid), '') ||
       CASE WHEN c.relkind <> 'v' AND a.attstorage <> t.typstorage THEN ' storage ' || a.attstorage::text ELSE '' END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'v') AND {OURS}""",
    "constraint": f"""
SELECT n.nspname || '.' || c.relname, k.conname || ' ' || pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND {OURS}""",
    "index": f"""
SELECT n.nspname || '.' || c.relname, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS}""",
    "policy": f"""
SELECT n.nspname || '.' || c.relname, concat_ws(' ', p.polname, p.polcmd,
       CASE WHEN NOT p.polpermissive THEN 'restrictive' END,
       'to', (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END, ', ' ORDER BY r::regrole::text)
              FROM unnest(p.polroles) r),
       'using ' || pg_get_expr(p.polqual, p.polrelid), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS}""",
    "trigger": f"""
SELECT n.nspname || '.' || c.relname, pg_get_triggerdef(t.oid)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc f ON f.oid = t.tgfoid
WHERE NOT t.tgisinternal AND f.proowner = 'hereabouts_owner'::regrole AND {OURS}""",
    "reads": f"""
SELECT DISTINCT n.nspname || '.' || c.relname, d.refobjid::regclass::text
FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid <> c.oid
WHERE c.relkind = 'v' AND {OURS}""",
    "grant": f"""
SELECT n.nspname || '.' || c.relname, CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END || ' ' ||
       string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
WHERE a.grantee <> c.relowner AND {OURS} GROUP BY 1, a.grantee
UNION ALL
SELECT n.nspname || '.' || c.relname, CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END || ' ' ||
       a.privilege_type || ' (' || string_agg(t.attname, ', ' ORDER BY t.attname) || ')'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute t ON t.attrelid = c.oid AND t.attacl IS NOT NULL, aclexplode(t.attacl) a
WHERE a.grantee <> c.relowner AND {OURS} GROUP BY 1, a.grantee, a.privilege_type""",
}

FUNCTIONS = """
SELECT f.oid::regprocedure::text, concat_ws(' ', 'returns', pg_get_function_result(f.oid), 'in', l.lanname,
       CASE f.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
       CASE WHEN f.prosecdef THEN 'security definer' END,
       'set ' || array_to_string(f.proconfig, ', '), 'body', md5(f.prosrc), 'for',
       coalesce((SELECT string_agg(CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END, ', '
                                   ORDER BY CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END)
                 FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
                 WHERE a.grantee <> f.proowner), 'nobody'))
FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace JOIN pg_language l ON l.oid = f.prolang
WHERE f.proowner = 'hereabouts_owner'::regrole AND n.nspname IN ('public', 'household', 'published')
  AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_proc'::regclass AND x.objid = f.oid AND x.deptype = 'e')
"""


def schema_text(owner: Connection) -> str:
    """The whole of it, sorted: relations with their parts, then functions."""
    parts: dict[str, list[str]] = {}
    for kind, statement in PARTS.items():
        for relation, line in owner.execute(statement.encode()).fetchall():
            parts.setdefault(relation, []).append(f"  {kind} {' '.join(line.split()) if kind != 'column' else line}")
    return "\n".join([*_relations(owner, parts), *_functions(owner)]) + "\n"


def _relations(owner: Connection, parts: dict[str, list[str]]) -> Iterator[str]:
    for name, kind, more in sorted(owner.execute(RELATIONS.encode()).fetchall()):
        yield f"{kind} {name} {more}".rstrip()
        yield from sorted(parts.get(name, []))
        yield ""


def _functions(owner: Connection) -> Iterator[str]:
    for name, line in sorted(owner.execute(FUNCTIONS.encode()).fetchall()):
        yield f"function {name} {line}"
