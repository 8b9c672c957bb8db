create table t (id text, b text); insert into t values ('old', 'row');
