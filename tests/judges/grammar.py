"""sqlfluff's grammar of Redshift. Reads statements, with a NUL character after each; prints what it refuses."""

import sys

from sqlfluff.core import Linter

LINTER = Linter(dialect="redshift")

# Near misses, which it must refuse: or else that it accepts the others says nothing.
WRONG = [
    "COPY t FROM STDIN",
    "COPY t (a) FROM 's3://b/k' FORMAT CSV REGION 'eu-west-1' SECRET_KEY 'x'",
    "COPY t (a) FROM 's3://b/k' FORMAT CSV NULLS '\\N' REGION 'eu-west-1' IAM_ROLE default",
    "COPY t (a FROM 's3://b/k' FORMAT CSV REGION 'eu-west-1' IAM_ROLE default",
    "COPY t FROM 's3://b/k' FORMAT CSV MAXERROR 'many' REGION 'eu-west-1' IAM_ROLE default",
    "SELECT count(* FROM t",
    "LOCK",
]


def complaints(sql):
    return [str(violation) for violation in LINTER.parse_string(sql).violations]


statements = sys.stdin.read().split("\0")[:-1]
refused = [(sql, found) for sql in statements if (found := complaints(sql))]
accepted = [sql for sql in WRONG if not complaints(sql)]
for sql, found in refused:
    print(f"REFUSED {sql}\n    {found}")
for sql in accepted:
    print(f"ACCEPTED {sql}")
print(f"{len(statements) - len(refused)} of {len(statements)} statements are of the grammar")
sys.exit(bool(refused or accepted or not statements))
