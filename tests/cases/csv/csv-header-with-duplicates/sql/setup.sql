create table t (id text, amount text);
