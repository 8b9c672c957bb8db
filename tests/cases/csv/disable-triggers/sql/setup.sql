create table t (id text, b text);
create function mark() returns trigger language plpgsql as $$ begin new.b := new.b || '!'; return new; end $$;
create trigger mark before insert on t for each row execute procedure mark();
