-- a comment; with a semicolon and a 'quote
/* a block; comment, /* nested; */ with a "quote */
create table steps (n serial, s text);;
insert into steps (s) values ('semi;colon -- no comment');
insert into steps (s) values (E'it\'s; escaped');
insert into steps (s) values ('back\'); insert into steps (s) values ('two on a line /*');
insert into steps (s) values (U&'\0041;');
insert into steps (s) values ($q1_a$dollar; 'quoted $x$ text$q1_a$);
create table "semi;colon -- ""name" (id integer);
\i more/included.sql
\ir 'more/included again.sql'
create function two_steps() returns void language sql
begin atomic
  insert into steps (s) values ('atomic 1');
  insert into steps (s) values (case when true then 'atomic 2' end);
end;
select two_steps();
insert into steps (s) values ('{{NOT_A_TEMPLATE}}');
create table t (id text, b text)