create table t (id text, "null" text, "trim" text, date text, terminated text, "having" text, fields text);
