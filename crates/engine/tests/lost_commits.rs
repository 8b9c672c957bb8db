//! A writer whose connection is lost: what the engine does with each answer, against a scripted target.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod scripted;

use pgloader_core::load::OnError;
use pgloader_core::target::Outcome;

use scripted::{Answer, run};

#[test]
fn a_commit_that_worked_is_counted_and_not_repeated() {
    let end = run(vec![Answer::Unknown], vec![Ok(Outcome::Committed)], OnError::ResumeNext);
    assert_eq!((end.written, end.skipped, end.attempts), (10, 0, 1));
    assert!(end.error.is_none());
}

#[test]
fn a_commit_that_did_not_work_is_repeated() {
    let end = run(vec![Answer::Unknown, Answer::Taken], vec![Ok(Outcome::RolledBack)], OnError::ResumeNext);
    assert_eq!((end.written, end.skipped, end.attempts), (10, 0, 2));
    assert!(end.error.is_none());
}

#[test]
fn a_server_that_is_not_back_yet_is_asked_again() {
    let answers = vec![Err("not yet"), Ok(Outcome::Committed)];
    let end = run(vec![Answer::Unknown], answers, OnError::ResumeNext);
    assert_eq!((end.written, end.attempts), (10, 1));
}

#[test]
fn a_commit_that_nobody_can_tell_of_ends_the_load_and_says_so() {
    let end = run(vec![Answer::Unknown], vec![Ok(Outcome::Undecidable("why".into()))], OnError::ResumeNext);
    assert_eq!((end.written, end.skipped, end.attempts), (0, 10, 1));
    let error = end.error.unwrap();
    assert!(error.contains("whether its 10 rows are in the table is not known: why"), "{error}");
}

#[test]
fn a_lost_connection_before_the_commit_is_made_again() {
    let end = run(vec![Answer::Lost, Answer::Lost, Answer::Taken], vec![], OnError::ResumeNext);
    assert_eq!((end.written, end.attempts, end.connections), (10, 3, 3));
}

#[test]
fn what_is_nobodys_fault_ends_the_load() {
    let end = run(vec![Answer::DiskFull], vec![], OnError::ResumeNext);
    assert_eq!((end.written, end.rejected, end.skipped, end.attempts), (0, 0, 10, 1));
    assert!(end.error.unwrap().contains("disk full"));
}

#[test]
fn under_on_error_stop_a_lost_connection_is_not_retried() {
    let end = run(vec![Answer::Lost], vec![], OnError::Stop);
    assert_eq!((end.written, end.skipped, end.attempts), (0, 10, 1));
    assert!(end.error.is_some());
}

#[test]
fn a_writer_that_panics_ends_the_load_instead_of_hanging_it() {
    let end = run(vec![Answer::Panic], vec![], OnError::ResumeNext);
    assert_eq!((end.written, end.skipped), (0, 10));
    assert!(end.error.unwrap().contains("defect of pgloader"));
}
