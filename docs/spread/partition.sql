-- Gives a range of areas of a registry to another server, which has its tables (tables.sql) and is known as a foreign
-- server of postgres_fdw. Rows that are there already go, too. Tables that have a partition there are passed over, so it
-- can be run again when the law has changed.
--
--     psql REGISTRY -X -v server=north -v low=5301 -v high=5304 -f partition.sql
--
-- A row goes there whose area has a code from `low` on and before `high`, by bytes: 5301 to 5303 with all that lies in
-- them. The name of the server is one word of at most eleven letters.
\set ON_ERROR_STOP on
BEGIN;
SELECT pg_advisory_xact_lock(431198364777) \g /dev/null
SELECT format('CREATE TEMP TABLE _moved ON COMMIT DROP AS SELECT * FROM %I WHERE _place >= %L AND _place < %L',
              c.relname, :'low', :'high'),
       format('DELETE FROM %I WHERE _place >= %L AND _place < %L', c.relname, :'low', :'high'),
       format('CREATE FOREIGN TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) SERVER %I '
              'OPTIONS (schema_name %L, table_name %L)',
              '_' || :'server' || '_' || c.relname, c.relname, :'low', :'high', :'server', current_schema(), c.relname),
       format('INSERT INTO %I SELECT * FROM _moved', '_' || :'server' || '_' || c.relname),
       'DROP TABLE _moved'
FROM pg_class c
WHERE c.relkind = 'p' AND c.relnamespace = current_schema()::regnamespace
      AND to_regclass(format('%I', '_' || :'server' || '_' || c.relname)) IS NULL
ORDER BY c.relname \gexec
COMMIT;
