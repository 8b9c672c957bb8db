create table t (id text, b text, c text);
