create table t (id integer, name text, both_ text);
