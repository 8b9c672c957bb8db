create table parent (id integer primary key);
insert into parent values (1), (2);
create table immediate (id integer, parent integer references parent);
create table late (id integer, parent integer references parent deferrable initially deferred);
