select encoding, count(*), sum(length(t.chars)) from t join e using (encoding, n) where t.chars = e.chars group by encoding order by encoding collate "C"
