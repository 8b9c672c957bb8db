create table t (id text, b text); create table u (id text, b text);
