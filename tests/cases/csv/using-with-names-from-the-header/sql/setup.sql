create table t (id integer, total numeric);
