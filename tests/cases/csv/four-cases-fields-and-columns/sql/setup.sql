create table t (id text, b text, c text default 'default', x integer);
