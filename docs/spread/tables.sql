-- The tables of a registry for another server that is to have some of its rows: prints what is to be run there.
-- What is there already stays, so it can be run again when the law has changed.
--
--     psql REGISTRY -AtXq -f tables.sql | psql OTHER -X -v ON_ERROR_STOP=1
SELECT format('CREATE TABLE IF NOT EXISTS %I.%I (%s, PRIMARY KEY (_version));', current_schema(), c.relname,
              (SELECT string_agg(format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                                        CASE WHEN a.attcollation = '"C"'::regcollation THEN ' COLLATE "C"' ELSE '' END,
                                        CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END), ', ' ORDER BY a.attnum)
               FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class c WHERE c.relkind = 'p' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname;

SELECT regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE INDEX (.*) ON ONLY ', 'CREATE INDEX IF NOT EXISTS \1 ON ')
       || ';'
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relkind = 'p' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, i.indexrelid;
