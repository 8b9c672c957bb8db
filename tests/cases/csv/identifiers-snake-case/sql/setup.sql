create schema my_app;
create table player_id (id integer);
create table reference_id (id integer);
create table "user" (id integer);
create table httpserver (id integer);
create table my_app.my_table (id integer);
create table "My Table" (id integer);
