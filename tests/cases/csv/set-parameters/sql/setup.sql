create table t (day date, name text, memory text default current_setting('work_mem'),
  mine text default current_setting('my.setting', true), lock text default current_setting('lock_timeout'));
create schema app;
create table app.only_there (like t including defaults);
