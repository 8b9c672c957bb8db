create table t (id text, b text);
