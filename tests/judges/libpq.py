"""psycopg2, and so libpq, against the sandbox."""

import contextlib
import decimal
import io
import os

import certifi
import psycopg2
import psycopg2.extensions
from checks import check, equal, refused, run


@contextlib.contextmanager
def cursor(**more):
    # Where and who is in libpq's variables.
    connection = psycopg2.connect(**more)
    try:
        with connection.cursor() as opened:
            yield opened
    finally:
        connection.close()


def rows(opened, sql, values=None):
    opened.execute(sql, values)
    return opened.fetchall()


def sqlstate(state, opened, sql, values=None):
    """The statement fails with this SQLSTATE."""
    try:
        opened.execute(sql, values)
    except psycopg2.Error as error:
        equal((error.pgcode, sql), (state, sql))
        opened.connection.rollback()
        return
    raise AssertionError(f"not refused: {sql}")


@check
def all_levels_of_encryption():
    authority = os.environ["SSL_CERT_FILE"]
    for mode in ["disable", "prefer", "require", "verify-ca", "verify-full"]:
        with cursor(sslmode=mode, sslrootcert=authority) as opened:
            equal(opened.connection.info.ssl_in_use, mode != "disable")
            equal(rows(opened, "SELECT 1"), [(1,)])
    refused("certificate verify failed", psycopg2.connect, sslmode="verify-ca", sslrootcert=certifi.where())


@check
def the_start_is_redshifts():
    with cursor() as opened:
        connection = opened.connection
        equal(connection.server_version, 80002)
        equal(connection.encoding, "UTF8")
        equal(connection.get_parameter_status("standard_conforming_strings"), None)
        equal(connection.get_parameter_status("integer_datetimes"), "on")


@check
def wrong_start_up_keys_are_refused():
    refused("unrecognized configuration parameter|bytea_output", psycopg2.connect, options="-c bytea_output=hex")
    refused("extra_float_digits", psycopg2.connect, options="-c extra_float_digits=3")
    refused("password authentication failed", psycopg2.connect, password="wrong")


@check
def backslashes_round_trip():
    values = ["back\\slash", "\\", "it's", "\\'", "\\n is no line end", "\n is one", "ä😀", "", "%s"]
    with cursor() as opened:
        opened.execute("CREATE TABLE libpq_values (id int, v varchar(100))")
        for number, value in enumerate(values):
            opened.execute("INSERT INTO libpq_values VALUES (%s, %s)", (number, value))
            # Where the server does not say how it reads a backslash, libpq takes the old way: it doubles it.
            equal(b"E'" in opened.query, False)
            equal(opened.query.count(b"\\"), 2 * value.count("\\"))
            equal(rows(opened, "SELECT id FROM libpq_values WHERE v = %s AND id = %s", (value, number)),
                  [(number,)])
        found = rows(opened, "SELECT v FROM libpq_values ORDER BY id")
    equal([value for value, in found], values)


@check
def types_are_known():
    with cursor() as opened:
        opened.execute("CREATE TABLE libpq_types (a int, b decimal(9,2), c boolean, d double precision, e date)")
        opened.execute("INSERT INTO libpq_types VALUES (%s, %s, %s, %s, %s)",
                       (1, decimal.Decimal("-0.05"), False, 0.1, "2024-02-29"))
        found = rows(opened, "SELECT a, b, c, d, e FROM libpq_types")[0]
        equal([str(value) for value in found], ["1", "-0.05", "False", "0.1", "2024-02-29"])


@check
def errors_have_sqlstates():
    with cursor() as opened:
        opened.execute("CREATE TABLE libpq_errors (v varchar(3), w varchar(3))")
        opened.connection.commit()
        for state, sql in [
            ("42703", "SELECT nope FROM libpq_errors"),
            ("42P01", "SELECT * FROM missing"),
            ("42601", "SELECT FROM WHERE"),
            ("42704", "SELECT E'x'"),
            ("42883", "SELECT string_agg(v, ',') FROM libpq_errors"),
            ("22001", "INSERT INTO libpq_errors (v) VALUES ('four')"),
            ("0A000", "CREATE INDEX i ON libpq_errors (v)"),
            ("0A000", "SAVEPOINT s"),
            ("42601", "TRUNCATE libpq_errors, missing"),
            ("42P07", "CREATE TABLE libpq_errors (v int)"),
            ("25001", "VACUUM libpq_errors"),
        ]:
            sqlstate(state, opened, sql)
        refused("nope", opened.execute, "SELECT nope FROM libpq_errors")
        sqlstate("25P02", opened, "SELECT 1")


@check
def there_is_no_copy_from_the_client():
    with cursor() as opened:
        opened.execute("CREATE TABLE libpq_copy (v int)")
        opened.connection.commit()
        for copy in ["COPY libpq_copy FROM STDIN", "COPY libpq_copy TO STDOUT"]:
            refused("syntax error at or near \"STD", opened.copy_expert, copy, io.StringIO())
            opened.connection.rollback()


@check
def tags_have_the_counts_that_redshifts_have():
    with cursor() as opened:
        opened.execute("CREATE TABLE libpq_tags (v int)")
        for sql, tag in [
            ("INSERT INTO libpq_tags VALUES (1), (2), (3)", "INSERT 0 3"),
            ("UPDATE libpq_tags SET v = v + 1 WHERE v > 1", "UPDATE 2"),
            ("DELETE FROM libpq_tags WHERE v = 1", "DELETE 1"),
            ("SELECT * FROM libpq_tags", "SELECT"),
            ("ANALYZE libpq_tags", "ANALYZE"),
        ]:
            opened.execute(sql)
            equal(opened.statusmessage, tag)


@check
def truncate_commits():
    with cursor() as opened:
        opened.execute("CREATE TABLE libpq_truncate (v int)")
        opened.connection.commit()
        opened.execute("INSERT INTO libpq_truncate VALUES (1)")
        opened.execute("TRUNCATE libpq_truncate")
        opened.connection.rollback()
        equal(rows(opened, "SELECT count(*) FROM libpq_truncate"), [(0,)])


@check
def isolation_and_autocommit():
    with cursor() as opened:
        connection = opened.connection
        connection.set_session(isolation_level="SERIALIZABLE")
        equal(rows(opened, "SELECT 1"), [(1,)])
        equal(connection.info.transaction_status, psycopg2.extensions.TRANSACTION_STATUS_INTRANS)
        connection.commit()
        connection.autocommit = True
        opened.execute("CREATE TABLE libpq_autocommit (v int)")
        opened.execute("VACUUM libpq_autocommit")
        equal(connection.info.transaction_status, psycopg2.extensions.TRANSACTION_STATUS_IDLE)


run()
