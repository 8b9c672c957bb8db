create table t (id integer, ratio numeric);
