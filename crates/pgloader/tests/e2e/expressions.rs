//! `USING` with functions from Lisp files, and what an expression costs that never ends.

use crate::kit::{Bench, Run};

const LIBRARY: &str = r#"
(in-package :pgloader.user)
(defparameter *mark* "!")
(defun shout (text &optional (mark *mark*))
  "Makes it loud."
  (concatenate 'string (string-upcase text) mark))
(defun forever (x) (forever x))
(defun doubled (n) (if (zerop n) 0 (progn (doubled (- n 1)) (doubled (- n 1)))))
"#;

/// Loads two rows, of which the expressions see `a` and `b`.
fn load(library: &str, using: &str) -> (Bench, Run) {
    let bench = Bench::new();
    bench.sql("CREATE TABLE t (a int, b text)");
    bench.place.write("data.csv", "1,one\n2,two\n");
    let library = bench.place.write("site.lisp", library);
    let file = bench.place.write(
        "test.load",
        format!(
            "LOAD CSV FROM 'data.csv' (a, b) INTO postgresql:///?tablename=t (a, b text using {using})
             WITH fields terminated by ',';"
        ),
    );
    let run = Run::of(bench.command().arg("--load-lisp-file").arg(library).arg(file));
    (bench, run)
}

#[test]
fn functions_come_from_lisp_files() {
    let (bench, run) = load(LIBRARY, "(if (= a 1) (shout b) (pgloader.user::shout b \"?\"))");
    run.expect(0, &["2 written + 0 rejected"]);
    assert_eq!(bench.sql("SELECT b FROM t ORDER BY a").trim_end(), "ONE!\nTWO?");
}

#[test]
fn what_never_ends_rejects_its_row() {
    let (bench, run) = load(LIBRARY, "(if (= a 1) (forever b) b)");
    run.expect(0, &["data.csv:1: column b: calls are nested more than 300 deep", "1 written + 1 rejected"]);
    assert_eq!(bench.sql("SELECT b FROM t").trim_end(), "two");
    let (_bench, run) = load(LIBRARY, "(if (= a 1) (doubled 50) b)");
    run.expect(0, &["data.csv:1: column b: more than 1000000 steps are taken", "1 written + 1 rejected"]);
}

#[test]
fn a_library_that_is_not_understood_is_told_with_its_line() {
    let (_bench, run) = load("(defun f (x) x)\n(defmacro g (x) x)", "(f b)");
    run.expect(1, &["`defmacro` is not understood", "site.lisp:2:1", "defun"]);
    let (_bench, run) = load(LIBRARY, "(shout)");
    run.expect(1, &["`shout` takes 1 to 2 values, not 0"]);
}
