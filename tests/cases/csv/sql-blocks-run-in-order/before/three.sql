insert into steps (s) values ('three');
insert into steps (s) values ('three and a half');
