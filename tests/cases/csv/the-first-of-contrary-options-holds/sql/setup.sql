create table mixed (id integer primary key, b text); insert into mixed values (0, 'old');
create table "Mixed" (id integer, b text);
create function mark() returns trigger language plpgsql as $$ begin new.b := new.b || '!'; return new; end $$;
create trigger mark before insert on mixed for each row execute procedure mark();
create table before as select 'mixed_pkey'::regclass::oid as index;
