-- the same with \ir
\ir deeper.sql
insert into steps (s) values ('included again');