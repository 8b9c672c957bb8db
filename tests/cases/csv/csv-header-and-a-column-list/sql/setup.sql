create table t (id text, b text default 'default', c text);
