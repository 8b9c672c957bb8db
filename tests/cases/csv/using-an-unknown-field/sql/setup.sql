create table t (id text);
