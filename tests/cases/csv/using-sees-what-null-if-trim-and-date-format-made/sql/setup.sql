create table t (id integer, n text, trimmed text, year text, day date);
