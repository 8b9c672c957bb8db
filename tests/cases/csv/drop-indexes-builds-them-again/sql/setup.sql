create table t (id integer primary key, b text unique, c text);
create index t_c_idx on t (lower(c)) where c <> '';
create table child (t_id integer references t (id));
insert into t values (0, 'z', 'Z');
insert into child values (0);
