//! Forms, and what comes of them.

use proptest::prelude::*;

use super::*;
use crate::row::{Row, Span};
use crate::transform::IsNull;

/// The fields of most cases here; `b` is NULL.
const FIELDS: [(&str, Option<&str>); 8] = [
    ("a", Some("alpha")),
    ("b", None),
    ("n", Some("12")),
    ("x", Some("")),
    ("Lon", Some("1.5")),
    ("lat", Some("-2")),
    ("s", Some("  two  words ")),
    ("odd name", Some("odd")),
];

/// What comes of an expression: text, `NULL`, or `error: why`.
fn evaluated(form: &Form, fields: &[(&str, Option<&str>)]) -> String {
    let names: Vec<String> = fields.iter().map(|(name, _)| (*name).to_owned()).collect();
    match form.compile(&Scope { fields: &names }) {
        Ok(expression) => run(&expression, fields),
        Err(fault) => format!("fault: {}", fault.message),
    }
}

fn run(expression: &Expression, fields: &[(&str, Option<&str>)]) -> String {
    let (mut bytes, mut spans) = (Vec::new(), Vec::new());
    for (_, value) in fields {
        let start = bytes.len();
        bytes.extend_from_slice(value.unwrap_or_default().as_bytes());
        spans.push(value.map_or(Span::NULL, |_| Span::new(start, bytes.len())));
    }
    let mut out = b"before".to_vec();
    let outcome = expression.evaluate(&Row::new(&bytes, &spans), &mut out);
    let made = out.strip_prefix(b"before").unwrap().to_vec();
    match outcome {
        Ok(IsNull::No) => String::from_utf8(made).unwrap(),
        Ok(IsNull::Yes) => {
            assert_eq!(made, b"");
            "NULL".to_owned()
        }
        Err(why) => {
            assert_eq!(made, b"");
            format!("error: {why}")
        }
    }
}

fn value(text: &str) -> String {
    let (form, length) = read(text, &Library::default()).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    assert_eq!(length, text.len(), "{text}");
    evaluated(&form, &FIELDS)
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(value(text), *expected, "{text}");
    }
}

fn fault(text: &str) -> Fault {
    read(text, &Library::default()).unwrap_err()
}

// shows: USING (form)
#[test]
fn forms_seen_in_practice() {
    check(&[
        ("(format nil \"(~a,~a)\" lon lat)", "(1.5,-2)"),
        ("(format nil \"~{~a~^ ~}\" (split-sequence #\\Space s :remove-empty-subseqs cl:t))", "two words"),
        ("(ip-range n \"16825599\")", "0.0.0.12-1.0.188.255"),
        ("(date-with-no-separator \"20041002152952\")", "2004-10-02 15:29:52"),
        ("(subseq a 0)", "alpha"),
        ("(identity a)", "alpha"),
        ("(if a b \"none\")", "NULL"),
        ("(if b a \"none\")", "none"),
        ("(or b \"XXXX\")", "XXXX"),
        ("(when a (princ-to-string a))", "alpha"),
        ("(when b (princ-to-string b))", "NULL"),
        ("(parse-integer n :radix 16)", "18"),
        ("(+ n 28800)", "28812"),
        ("(when x (concatenate (quote string) \"{\" (string-trim \"[]\" \"[1,2]\") \"}\"))", "{1,2}"),
        ("(if n (format nil \"~f\" n) nil)", "12"),
        ("(if a (remove (code-char 0) a) nil)", "alpha"),
        ("(when lon (if (stringp lon) (substitute #\\e #\\d \"1d0\") (format nil \"~F\" lon)))", "1e0"),
        ("(let ((i (ignore-errors (parse-integer (format nil \"~A\" a))))) (or i -1))", "-1"),
        ("(unix-timestamp-to-timestamptz (if n (floor 1431000000123 1000)))", "2015-05-07 12:00:00Z"),
        ("(pgloader.transforms::empty-string-to-null x)", "NULL"),
        ("(empty-string-to-null (right-trim \"ab  \"))", "ab"),
        ("\"text\"", "text"),
        ("12", "12"),
        ("nil", "NULL"),
        ("A", "alpha"),
    ]);
}

#[test]
fn special_forms() {
    check(&[
        ("(cond (b 1) ((= n 12) \"twelve\") (t 3))", "twelve"),
        ("(cond (b 1) (a) (t 3))", "alpha"),
        ("(cond (b 1))", "NULL"),
        ("(unless b \"no b\")", "no b"),
        ("(case (parse-integer n) ((1 2) \"few\") (12 \"dozen\") (otherwise \"many\"))", "dozen"),
        ("(case #\\x (#\\y 1) (t 2))", "2"),
        ("(and a n)", "12"),
        ("(and a b)", "NULL"),
        ("(and)", "t"),
        ("(or b nil)", "NULL"),
        ("(not b)", "t"),
        ("(progn 1 2 3)", "3"),
        ("(let ((a 1) (c a)) c)", "alpha"),
        ("(let* ((a 1) (c (+ a 1))) (declare (ignore a)) c)", "2"),
        ("(let (p (q)) (or p q \"none\"))", "none"),
        ("(let ((i 1)) (setq i (+ i 1)) (setf i (* i 10)) i)", "20"),
        ("(+ (let ((i 1)) i) (let ((j 2) (k 3)) (* j k)))", "7"),
        ("(funcall (lambda (y) (+ y 1)) 2)", "3"),
        ("(let ((k 10)) (funcall (lambda (y) (+ y k)) 2))", "12"),
        ("(funcall (let ((k 10)) (lambda (y) (+ y k n))) 2)", "24"),
        ("(funcall (lambda (y &optional (z (+ y 1)) &key (w 5)) (+ y z w)) 1)", "8"),
        ("(funcall (lambda (y &optional (z (+ y 1)) &key (w 5)) (+ y z w)) 1 2 :w 3)", "6"),
        ("(multiple-value-bind (q r) (floor 17 5) (format nil \"~a r ~a\" q r))", "3 r 2"),
        ("(multiple-value-bind (q r) (+ 1 2) (format nil \"~a r ~a\" q r))", "3 r "),
        ("(multiple-value-bind (i end) (parse-integer \"12ab\" :junk-allowed t) (+ i end))", "14"),
        ("(ignore-errors (/ 1 0))", "NULL"),
        (
            "(handler-case (/ 1 0) (error (e) (concatenate 'string \"no: \" e)))",
            "no: division by zero in (/ 1 0)",
        ),
        ("(handler-case (/ 4 2) (error () 0))", "2"),
        ("(load-time-value (+ 1 2))", "3"),
        ("(apply #'+ 1 '(2 3))", "6"),
        ("(funcall 'string-upcase a)", "ALPHA"),
    ]);
}

#[test]
fn numbers_and_their_order() {
    check(&[
        ("(+)", "0"),
        ("(+ 1 2.5)", "3.5"),
        ("(- 5)", "-5"),
        ("(- 5 1 1)", "3"),
        ("(* 2 3 4)", "24"),
        ("(/ 12 4)", "3"),
        ("(/ 1 4)", "0.25"),
        ("(/ 2.0)", "0.5"),
        ("(1+ n)", "13"),
        ("(1- n)", "11"),
        ("(mod -7 3)", "2"),
        ("(rem -7 3)", "-1"),
        ("(floor -7 2)", "-4"),
        ("(ceiling 7 2)", "4"),
        ("(truncate -7 2)", "-3"),
        ("(round 5 2)", "2"),
        ("(round 7 2)", "4"),
        ("(round -5 2)", "-2"),
        ("(floor 3.7)", "3"),
        ("(floor \"1431000000123\" 1000)", "1431000000"),
        ("(abs -3)", "3"),
        ("(min 3 1.5 2)", "1.5"),
        ("(max 3 n)", "12"),
        ("(float 3)", "3.0"),
        ("(= 1 1.0 \"1\")", "t"),
        ("(= 1 2)", "NULL"),
        ("(< 1 2 3)", "t"),
        ("(< 1 3 2)", "NULL"),
        ("(<= 1 1)", "t"),
        ("(> 2 1)", "t"),
        ("(>= 1 2)", "NULL"),
        ("(/= 1 2 1)", "NULL"),
        ("(zerop 0.0)", "t"),
        ("(plusp 1)", "t"),
        ("(minusp 1)", "NULL"),
        ("-1.5", "-1.5"),
        ("1d3", "1000.0"),
        ("+7", "7"),
    ]);
}

#[test]
fn texts() {
    check(&[
        ("(concatenate 'string a \"-\" '(#\\x) nil)", "alpha-x"),
        ("(concatenate 'string b nil)", "NULL"),
        ("(subseq a 1 3)", "lp"),
        ("(subseq \"äöü\" 1)", "öü"),
        ("(subseq a 5)", ""),
        ("(length \"äö\")", "2"),
        ("(length '(1 2 3))", "3"),
        ("(length b)", "0"),
        ("(string-upcase \"äb\")", "ÄB"),
        ("(string-downcase \"AB\")", "ab"),
        ("(string-capitalize \"heLLo wORLD-x\")", "Hello World-X"),
        ("(string-trim \" \" s)", "two  words"),
        ("(string-left-trim '(#\\Space) s)", "two  words "),
        ("(string-right-trim \" \" s)", "  two  words"),
        ("(string= a \"alpha\")", "t"),
        ("(string= b \"NIL\")", "NULL"),
        ("(string/= b \"x\")", "t"),
        ("(string< \"a\" \"b\")", "t"),
        ("(string-equal \"AB\" \"ab\")", "t"),
        ("(equalp \"AB\" \"ab\")", "t"),
        ("(equal \"AB\" \"ab\")", "NULL"),
        ("(remove #\\a a)", "lph"),
        ("(remove-if #'alpha-char-p \"a1b2\")", "12"),
        ("(remove-if (lambda (c) (char= c #\\1)) \"a1b1\")", "ab"),
        ("(substitute #\\. #\\, \"1,5\")", "1.5"),
        ("(search \"ph\" a)", "2"),
        ("(search \"zz\" a)", "NULL"),
        ("(position #\\p a)", "2"),
        ("(find #\\p a)", "p"),
        ("(char a 1)", "l"),
        ("(aref a 0)", "a"),
        ("(elt '(1 2) 1)", "2"),
        ("(reverse a)", "ahpla"),
        ("(regex-replace-all \"(\\\\w)(\\\\d)\" \"a1 b2\" \"\\\\2\\\\1\")", "1a 2b"),
        ("(cl-ppcre:regex-replace \"p\" \"pp\" \"[\\\\&]\")", "[p]p"),
        ("(cl-ppcre:scan \"l.\" a)", "1"),
        ("(multiple-value-bind (from to) (scan \"l.\" a) to)", "3"),
        ("(every #'digit-char-p n)", "t"),
        ("(every 'digit-char-p a)", "NULL"),
        ("(some (lambda (c) (digit-char-p c)) \"a7\")", "7"),
        (
            "(split-sequence:split-sequence #\\, \"a,,b\")",
            "error: the result is a list, which is no value of a column",
        ),
        ("(third (split-sequence #\\, \"a,,b\"))", "b"),
    ]);
}

#[test]
fn null_stays_null_in_functions_of_text() {
    for text in [
        "(string-upcase b)",
        "(string-trim \" \" b)",
        "(subseq b 0 1)",
        "(princ-to-string b)",
        "(parse-integer b)",
        "(substitute #\\a #\\b b)",
        "(remove #\\a b)",
        "(regex-replace-all \"a\" b \"c\")",
        "(split-sequence #\\, b)",
        "(search \"x\" b)",
        "(format nil \"~a\" b)",
        "(format nil \"~a-~a\" b b)",
        "(ip-range b n)",
        ":null",
    ] {
        assert_eq!(value(text), "NULL", "{text}");
    }
    assert_eq!(value("(format nil \"~a-~a\" a b)"), "alpha-");
}

#[test]
fn conversions_and_lists() {
    check(&[
        ("(parse-integer \" -12 \")", "-12"),
        ("(parse-integer \"x12\" :start 1)", "12"),
        ("(parse-integer \"12x\" :end 2)", "12"),
        ("(parse-integer \"x\" :junk-allowed t)", "NULL"),
        ("(ensure-parse-integer \"12\")", "12"),
        ("(ensure-parse-integer \"12a\")", "NULL"),
        ("(write-to-string \"a\\\"b\")", "\"a\\\"b\""),
        ("(code-char 65)", "A"),
        ("(char-code #\\A)", "65"),
        ("(digit-char-p #\\f 16)", "15"),
        ("(digit-char-p #\\f)", "NULL"),
        ("(coerce '(#\\a #\\b) 'string)", "ab"),
        ("(second (coerce \"ab\" 'list))", "b"),
        ("(string #\\a)", "a"),
        ("(integerp n)", "NULL"),
        ("(integerp 1)", "t"),
        ("(floatp 1.0)", "t"),
        ("(numberp a)", "NULL"),
        ("(symbolp :x)", "t"),
        ("(listp nil)", "t"),
        ("(consp nil)", "NULL"),
        ("(first (list 1 2))", "1"),
        ("(car (cdr '(1 2)))", "2"),
        ("(first (rest '(1 2)))", "2"),
        ("(nth 1 '(1 2))", "2"),
        ("(first (last '(1 2 3)))", "3"),
        ("(length (append '(1) nil '(2 3)))", "3"),
        ("(reduce #'+ (mapcar (lambda (x y) (* x y)) '(1 2 3) '(4 5)))", "14"),
        ("(reduce #'+ '() :initial-value 5)", "5"),
        ("(reduce #'max '(3 9 2))", "9"),
        ("(encode-universal-time 0 0 12 7 5 2015 0)", "3639988800"),
        ("(encode-universal-time 0 0 0 1 1 1970 -1)", "2208985200"),
        (
            "(multiple-value-bind (s mi h d mo y wd) (decode-universal-time 3639988800 0) (format nil \"~a-~2,'0d-~2,'0d ~2,'0d:~2,'0d:~2,'0d ~a\" y mo d h mi s wd))",
            "2015-05-07 12:00:00 3",
        ),
    ]);
}

#[test]
fn format_directives() {
    check(&[
        ("(format nil \"~A ~s ~d\" a a 12)", "alpha \"alpha\" 12"),
        ("(format nil \"~2,'0d|~4d|~@d\" 7 7 7)", "07|   7|+7"),
        ("(format nil \"~,2f ~5,3f ~f\" 3.14159 2 1)", "3.14 2.000 1.0"),
        ("(format nil \"~,1f\" lon)", "1.5"),
        ("(format nil \"~x ~4,'0x\" 255 255)", "FF 00FF"),
        ("(format nil \"~5a|~5@a|\" a \"x\")", "alpha|    x|"),
        ("(format nil \"~%~~\")", "\n~"),
        ("(format nil \"~{<~a>~}\" '(1 2))", "<1><2>"),
        ("(format nil \"~{~a=~a~^, ~}\" '(1 2 3 4))", "1=2, 3=4"),
        ("(format nil \"~:[no~;yes ~a~]\" a n)", "yes 12"),
        ("(format nil \"~:[no~;yes~] ~a\" b n)", "no 12"),
        ("(format nil \"~a~@[ (~a)~]\" a n)", "alpha (12)"),
        ("(format nil \"~a~@[ (~a)~]\" a b)", "alpha"),
        ("(format nil \"~c\" #\\x)", "x"),
        ("(format nil \"~e\" 1500)", "1.5e3"),
        ("(format nil \"none\")", "none"),
        ("(let ((f \"~a!\")) (format nil f a))", "alpha!"),
        (
            "(format nil \"~a ~a\" a)",
            "error: the text has more directives than values in (format nil \"~a ~a\" a)",
        ),
    ]);
    let wrong = |control: &str| fault(&format!("(format nil \"{control}\" a)"));
    assert_eq!(wrong("~q").message, "`~q` is no directive that is understood");
    assert_eq!(wrong("~{~a").message, "a directive is not closed by `~}`");
    assert_eq!(wrong("a~").message, "a directive is cut off");
    assert_eq!(wrong("~99999a").message, "a parameter of a directive is larger than 1000");
    assert_eq!(wrong("~}").message, "`~}` closes nothing");
    assert_eq!(wrong("~q").range, 12..16);
    assert_eq!(fault("(format t \"~a\" a)").message, "the first argument of `format` must be nil");
}

#[test]
fn names_are_found_as_the_reference_says() {
    let fields =
        [("T", Some("field t")), ("Mixed", Some("m")), ("mixed", Some("lower")), ("a:b", Some("colon"))];
    let evaluate = |text: &str| evaluated(&read(text, &Library::default()).unwrap().0, &fields);
    for (text, expected) in [
        ("t", "field t"),
        ("cl:t", "t"),
        ("Mixed", "m"),
        ("MIXED", "m"),
        ("mixed", "lower"),
        ("pkg::mixed", "lower"),
        ("a:b", "colon"),
        ("nope", "fault: there is no field or variable nope"),
    ] {
        assert_eq!(evaluate(text), expected, "{text}");
    }
    assert_eq!(value("t"), "t");
    let form = read("(or nope a)", &Library::default()).unwrap().0;
    let fault = form.compile(&Scope { fields: &["a".to_owned()] }).unwrap_err();
    assert_eq!((fault.range, fault.hint.unwrap().as_str()), (4..8, "the fields are a"));
}

// shows: bad: expression that divides by zero
#[test]
fn a_row_without_a_value_says_why_and_where() {
    check(&[
        ("(/ n 0)", "error: division by zero in (/ n 0)"),
        ("(+ 1 (floor n 0))", "error: division by zero in (floor n 0)"),
        ("(+ a 1)", "error: \"alpha\" is not a number in (+ a 1)"),
        ("(+ b 1)", "error: NULL is not a number in (+ b 1)"),
        ("(parse-integer a)", "error: \"alpha\" is not an integer in (parse-integer a)"),
        ("(subseq a 3 9)", "error: the text has 5 characters only in (subseq a 3 9)"),
        ("(char a 9)", "error: there is nothing at place 9 in (char a 9)"),
        ("(hex-to-dec a)", "error: the text is not hexadecimal in (hex-to-dec a)"),
        ("(hex-to-dec (identity a))", "error: the text is not hexadecimal in (hex-to-dec (identity a))"),
        (
            "(* 170141183460469231731687303715884105727 2)",
            "error: a number becomes too large in (* 170141183460469231731687303715884105727 2)",
        ),
        ("(string-upcase 1)", "error: an integer is not text in (string-upcase 1)"),
        ("(funcall 'nope 1)", "error: there is no function nope in (funcall 'nope 1)"),
        ("(funcall #'length)", "error: length gets 0 values in (funcall #'length)"),
        ("(funcall (lambda (x) x))", "error: a function gets 0 values in (funcall (lambda (x) x))"),
        ("(list 1)", "error: the result is a list, which is no value of a column"),
        ("#'length", "error: the result is a function, which is no value of a column"),
    ]);
}

// shows: bad: unknown function
#[test]
fn what_cannot_be_right_is_a_fault_when_it_is_read() {
    for (text, range, message) in [
        ("(no-such x)", 1..8, "there is no function `no-such`"),
        ("(or a (str a))", 7..10, "there is no function `str`"),
        ("(subseq a)", 0..10, "`subseq` takes 2 to 3 values, not 1"),
        ("(right-trim a b)", 0..16, "`right-trim` takes 1 value, not 2"),
        ("(- )", 0..4, "`-` takes 1 values or more, not 0"),
        ("(parse-integer a :base 16)", 17..22, "`parse-integer` has no such option"),
        ("(parse-integer a :radix)", 17..23, "a value for :radix is missing"),
        ("(if a)", 0..6, "this form is written (if test then else)"),
        ("(let x 1)", 0..9, "this form is written (let ((name value) …) form…)"),
        ("(setq a 1)", 6..7, "there is no such variable"),
        (
            "(let ((i 1)) (funcall (lambda () (setq i 2))))",
            39..40,
            "a lambda cannot change a variable from around it",
        ),
        ("((lambda (x) x) 1)", 1..15, "the first of a list must be the name of a function"),
        ("(regex-replace \"(\" a \"\")", 15..18, "the regular expression is not understood: unclosed group"),
        ("#'nope", 2..6, "there is no function `nope`"),
        ("(fn [x y] (f x))", 0..16, "of Clojure's functions only `(fn [v] (f v))` is understood"),
        ("(or [a])", 4..7, "square brackets have no meaning here"),
        ("(lambda (x &rest y) x)", 11..16, "this parameter is not understood"),
    ] {
        let found = fault(text);
        assert_eq!((found.range, found.message.as_str()), (range, message), "{text}");
    }
    let hint = fault("(rigth-trim x)").hint.unwrap();
    assert!(hint.starts_with("did you mean `right-trim`? the functions are *, +, "), "{hint}");
    assert!(fault("(subs a 1)").hint.unwrap().contains("subseq"));
    let message = fault("(let ((i 1)) (setq i 2) (mapcar (lambda (x) i) '(1)))").message;
    assert_eq!(message, "the variable i is changed, and also used inside a lambda");
}

#[test]
fn functions_are_applied_to_a_field() {
    let applied = |text: &str| {
        let form = read(text, &Library::default()).unwrap().0;
        let names: Vec<String> = FIELDS.iter().map(|(name, _)| (*name).to_owned()).collect();
        match form.compile_function(&Scope { fields: &names }, 0) {
            Ok(expression) => run(&expression, &FIELDS),
            Err(fault) => format!("fault: {}", fault.message),
        }
    };
    assert_eq!(applied("string-upcase"), "ALPHA");
    assert_eq!(applied("set-to-enum-array"), "{alpha}");
    assert_eq!(applied("(lambda (x) (concatenate 'string x lat))"), "alpha-2");
    assert_eq!(applied("(fn [v] (pgloader.transforms/set-to-enum-array v))"), "{alpha}");
    assert_eq!(applied("nope"), "fault: there is no function `nope`");
    assert!(read("(fn [v] (right-trim v))", &Library::default()).unwrap().0.is_function());
    assert!(!read("(right-trim v)", &Library::default()).unwrap().0.is_function());
}

const LIBRARY: &str = "
;;; what a site has
(in-package #:pgloader.user)
(defpackage #:mine (:use #:cl))
(declaim (optimize speed))
(defparameter *suffix* \"!\" \"what is put behind\")
(defvar *limit* (+ 1 2))

(defun shout (text &optional (times 1))
  \"Makes it loud.\"
  (if (< times 1) (string-upcase text)
      (concatenate 'string (shout text (- times 1)) *suffix*)))

#| called by none |#
(defun later (x) (shout (earlier x) *limit*))
(defun earlier (x &key (with \"?\")) (concatenate 'string x with))
(defun forever (x) (forever x))
(defun slow (n) (if (zerop n) 0 (progn (slow-part n) (slow-part n))))
(defun slow-part (n) (+ (slow (- n 1)) 1))
";

// shows: bad: expression that recurses
#[test]
fn library_functions_call_each_other() {
    let library = Library::default().with_file("site.lisp", LIBRARY).unwrap();
    let value = |text: &str| evaluated(&read(text, &library).unwrap().0, &FIELDS);
    assert_eq!(value("(shout a)"), "ALPHA!");
    assert_eq!(value("(mine:shout a 3)"), "ALPHA!!!");
    assert_eq!(value("(later a)"), "ALPHA?!!!");
    assert_eq!(value("(earlier a :with \".\")"), "alpha.");
    assert_eq!(value("(first (mapcar #'earlier '(\"x\")))"), "x?");
    assert_eq!(value("*limit*"), "3");
    assert!(value("(forever a)").contains("calls are nested more than 300 deep in this expression"));
    assert!(value("(slow 40)").contains("more than 1000000 steps are taken in this expression"));
    assert!(value("(ignore-errors (forever a))").starts_with("error: calls are nested"));
    assert_eq!(read("(earlier)", &library).unwrap_err().message, "`earlier` takes 1 value, not 0");
    let again = library.with_file("more.lisp", "(defun earlier (x) \"new\")").unwrap();
    assert_eq!(evaluated(&read("(later a)", &again).unwrap().0, &FIELDS), "NEW!!!");
}

#[test]
fn a_library_form_that_is_not_understood_is_named_with_its_line() {
    let wrong = |text: &str| Library::default().with_file("site.lisp", text).unwrap_err();
    let error = wrong("(defun f (x) x)\n\n  (defmacro m (x) x)");
    assert_eq!(error.message, "`defmacro` is not understood");
    assert_eq!(error.context.as_deref(), Some("site.lisp:3:3"));
    assert!(error.hint.unwrap().contains("defun"));
    let error = wrong("(defun f (x)\n  (loop for i in x))");
    assert_eq!(
        (error.message.as_str(), error.context.as_deref()),
        ("there is no function `loop`", Some("site.lisp:2:4"))
    );
    assert_eq!(wrong("(defun f (x) y)").message, "there is no field or variable y");
    assert_eq!(wrong("(defun f)").message, "this form is written (defun name (parameter…) form…)");
    assert_eq!(wrong("(defun if (x) x)").message, "`if` cannot be defined anew");
    assert_eq!(wrong("(defvar x)").message, "a variable is defined by a name and a value");
    assert_eq!(wrong("(defvar x (/ 1 0))").message, "division by zero in (/ 1 0)");
    assert_eq!(wrong("12").message, "this form defines nothing");
    assert_eq!(wrong("(defun f (x) x").message, "this bracket has no `)`");
}

#[test]
fn sizes_are_bounded() {
    let doubling = "(defun twice (s n) (if (zerop n) (length s) (twice (concatenate 'string s s) (- n 1))))";
    let library = Library::default().with_file("f", doubling).unwrap();
    let made = evaluated(&read("(twice \"0123456789abcdef\" 40)", &library).unwrap().0, &FIELDS);
    assert!(made.contains("the text is longer than 64 MB in (concatenate 'string s s)"), "{made}");
}

proptest! {
    #[test]
    fn any_text_is_a_form_or_a_fault_within_it(text in "[-a-z0-9()\\[\\]'\"#\\\\:;. \n+é]{0,60}") {
        match read(&text, &Library::default()) {
            Ok((form, length)) => {
                prop_assert!(length <= text.len() && text.is_char_boundary(length));
                prop_assert_eq!(read(&text[..length], &Library::default()).map(|(form, _)| form), Ok(form));
            }
            Err(fault) => prop_assert!(text.get(fault.range).is_some()),
        }
    }

    #[test]
    fn any_call_of_any_function_gives_a_value_or_a_reason(
        name in prop::sample::select(builtins::Builtin::all().map(|b| b.name).collect::<Vec<_>>()),
        arguments in prop::collection::vec(prop::sample::select(vec![
            "a", "b", "n", "x", "0", "-1", "170141183460469231731687303715884105727", "1.5", "1e400", "\"é-\"",
            "#\\a", "'(1 2)", "'(#\\a)", "'string", "#'identity", "nil", "\"~a\"",
        ]), 0..4),
    ) {
        let text = format!("({name} {})", arguments.join(" "));
        if let Ok((form, _)) = read(&text, &Library::default()) {
            evaluated(&form, &FIELDS);
        }
    }
}
