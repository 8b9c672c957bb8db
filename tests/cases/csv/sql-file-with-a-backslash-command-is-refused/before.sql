insert into t values ('before', 'x');

\echo hello
