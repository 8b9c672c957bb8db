select id, place, quote_nullable(squeezed), range, stamp, clock, chosen, quote_nullable(other), number, sum, xs, lispy from t order by id
