select n, s from steps order by n
