create table t (id text, a text, b text, c text, d text, e text, f text);
