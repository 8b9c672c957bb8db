insert into t values ('before', current_setting('lock_timeout'));
