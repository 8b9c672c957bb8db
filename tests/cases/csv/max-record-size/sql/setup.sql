create table t (id int, b text); create table u (id int, b text);
