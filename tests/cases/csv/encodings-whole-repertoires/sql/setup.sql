create table t (encoding text, n int, chars text); create table e (like t);
