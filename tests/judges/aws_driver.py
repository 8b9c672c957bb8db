"""AWS's own driver for Redshift against the sandbox. It uses the extended protocol for everything."""

import contextlib
import datetime
import decimal
import os

import boto3
import redshift_connector
from checks import check, equal, refused, run

BUCKET = os.environ["AWS_S3_BUCKET_NAME"]
LOGIN = {
    "host": os.environ["PGHOST"],
    "port": int(os.environ["PGPORT"]),
    "user": os.environ["PGUSER"],
    "password": os.environ["PGPASSWORD"],
    "database": os.environ["PGDATABASE"],
}


def connect(**more):
    return redshift_connector.connect(**{**LOGIN, "ssl": False, **more})


@contextlib.contextmanager
def cursor(**more):
    with connect(**more) as connection, connection.cursor() as opened:
        yield opened
        connection.rollback()


def rows(opened, sql, values=None):
    opened.execute(sql, values)
    return [tuple(row) for row in opened.fetchall()]


def sqlstate(words, opened, sql, values=None):
    """The statement fails with these words, and the transaction can be ended."""
    refused(words, opened.execute, sql, values)
    opened.execute("ROLLBACK")


@check
def encrypted_with_a_known_authority():
    for mode in ["verify-ca", "verify-full"]:
        with cursor(ssl=True, sslmode=mode) as opened:
            equal(rows(opened, "SELECT 1"), [(1,)])


@check
def an_unknown_authority_is_noticed():
    authority = os.environ.pop("SSL_CERT_FILE")
    try:
        refused("certificate verify failed", connect, ssl=True)
    finally:
        os.environ["SSL_CERT_FILE"] = authority


@check
def a_wrong_password_is_refused():
    refused("28000|password authentication failed", connect, password="wrong")


@check
def a_missing_database_is_refused():
    refused("3D000", connect, database="missing")


@check
def the_version_is_redshifts():
    with cursor(application_name="judge") as opened:
        version = rows(opened, "SELECT version()")[0][0]
    equal([word in version for word in ["PostgreSQL 8.0.2 on", ", Redshift 1.0."]], [True, True])


@check
def values_arrive_as_they_were_sent():
    columns = {
        "id": ("int", 1),
        "small": ("smallint", -7),
        "large": ("bigint", 2**40),
        "yes": ("boolean", True),
        "exact": ("decimal(10,2)", decimal.Decimal("12.34")),
        "single": ("real", 1.25),
        "double": ("double precision", -1.5e300),
        "text": ("varchar(40)", "it's \\ a \"quote\" 😀"),
        "fixed": ("char(4)", "ab"),
        "day": ("date", datetime.date(2024, 2, 29)),
        "moment": ("timestamp", datetime.datetime(2024, 1, 2, 3, 4, 5, 678901)),
        "old": ("timestamp", datetime.datetime(1969, 7, 20, 20, 17, 40)),
        "zoned": ("timestamptz", datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.timezone.utc)),
        "hour": ("time", datetime.time(12, 13, 14)),
        "nothing": ("varchar(1)", None),
    }
    with cursor() as opened:
        declared = ", ".join(f"{name}_ {type_}" for name, (type_, _) in columns.items())
        opened.execute(f"CREATE TABLE driver_values ({declared})")
        values = tuple(value for _, value in columns.values())
        opened.execute(f"INSERT INTO driver_values VALUES ({', '.join(['%s'] * len(values))})", values)
        equal(opened.rowcount, 1)
        found = dict(zip(columns, rows(opened, "SELECT * FROM driver_values")[0]))
    wanted = {name: value for name, (_, value) in columns.items()} | {"fixed": "ab  "}
    equal(found, wanted)


@check
def types_are_told_by_their_numbers():
    with cursor() as opened:
        opened.execute("CREATE TABLE driver_types (a super, b varbyte(5), c varchar, d char, e decimal, f text)")
        opened.execute("SELECT * FROM driver_types")
        equal([(name, oid) for name, oid, *_ in opened.description],
              [("a", 4000), ("b", 6551), ("c", 1043), ("d", 1042), ("e", 1700), ("f", 1043)])


@check
def changes_are_counted():
    with cursor() as opened:
        opened.execute("CREATE TABLE driver_counts (a int)")
        opened.executemany("INSERT INTO driver_counts VALUES (%s)", [(number,) for number in range(10)])
        opened.execute("UPDATE driver_counts SET a = a + %s WHERE a > %s", (100, 5))
        equal(opened.rowcount, 4)
        opened.execute("DELETE FROM driver_counts WHERE a > %s", (100,))
        equal(opened.rowcount, 4)
        equal(rows(opened, "SELECT count(*), sum(a) FROM driver_counts"), [(6, 15)])


@check
def copy_loads_from_s3():
    boto3.client("s3").put_object(Bucket=BUCKET, Key="driver/a.csv", Body=b'1,"x, y"\n2,\n')
    with cursor() as opened:
        opened.execute("CREATE TABLE driver_copy (id int, v varchar(20))")
        opened.execute(f"COPY driver_copy FROM 's3://{BUCKET}/driver/' FORMAT CSV EMPTYASNULL {keys()}")
        equal(rows(opened, "SELECT * FROM driver_copy ORDER BY id"), [(1, "x, y"), (2, None)])
        equal(rows(opened, "SELECT pg_last_copy_count()"), [(2,)])


@check
def a_copy_that_fails_says_where_to_look():
    boto3.client("s3").put_object(Bucket=BUCKET, Key="driver/bad.csv", Body=b"1\nx\n")
    with connect() as connection, connection.cursor() as opened:
        opened.execute("CREATE TABLE driver_bad (id int)")
        connection.commit()
        copy = f"COPY driver_bad FROM 's3://{BUCKET}/driver/bad.csv' FORMAT CSV {keys()}"
        sqlstate("XX000|stl_load_errors", opened, copy)
        told = rows(opened, "SELECT line_number, err_code FROM stl_load_errors WHERE filename LIKE %s",
                    ("%driver/bad.csv%",))
        equal(told, [(2, 1207)])


@check
def copy_refuses_a_wrong_key():
    with cursor() as opened:
        opened.execute("CREATE TABLE driver_key (id int)")
        wrong = keys().replace("SECRET_ACCESS_KEY '", "SECRET_ACCESS_KEY 'x")
        sqlstate("XX000|403", opened, f"COPY driver_key FROM 's3://{BUCKET}/driver/' FORMAT CSV {wrong}")


@check
def errors_have_sqlstates():
    with cursor() as opened:
        opened.execute("CREATE TABLE driver_errors (v varchar(3))")
        opened.execute("COMMIT")
        sqlstate("42703|nope", opened, "SELECT nope FROM driver_errors")
        sqlstate("42P01", opened, "SELECT * FROM missing")
        sqlstate("42601|syntax error", opened, "SELECT FROM WHERE")
        sqlstate("22001", opened, "INSERT INTO driver_errors VALUES (%s)", ("ääää",))
        sqlstate("0A000", opened, "CREATE INDEX i ON driver_errors (v)")
        refused("42601", opened.execute, "SELECT FROM WHERE")
        refused("25P02", opened.execute, "SELECT 1")


@check
def vacuum_runs_outside_transactions_only():
    with connect() as connection, connection.cursor() as opened:
        opened.execute("CREATE TABLE driver_vacuum (v int)")
        connection.commit()
        sqlstate("25001", opened, "VACUUM driver_vacuum")
        connection.autocommit = True
        opened.execute("VACUUM driver_vacuum")


def keys():
    return (f"ACCESS_KEY_ID '{os.environ['AWS_ACCESS_KEY_ID']}' "
            f"SECRET_ACCESS_KEY '{os.environ['AWS_SECRET_ACCESS_KEY']}'")


run()
