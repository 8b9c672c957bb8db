create type mood as enum ('ok');
create table t (id integer primary key, name varchar(10), mood mood, day date, small smallint check (small > 0));
