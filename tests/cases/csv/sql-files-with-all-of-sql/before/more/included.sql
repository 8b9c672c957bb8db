insert into steps (s) values ('included');
\i deeper.sql
