create schema s1; create schema s2; create table s1.t (id integer, b text); create table s2.t (id integer, b text);
