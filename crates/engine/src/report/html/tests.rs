use std::path::PathBuf;
use std::time::SystemTime;

use super::*;
use crate::progress::{Samples, Snapshot};
use crate::reason::Reason;
use crate::report::{Details, Line};

const HOSTILE: &str = "<script>alert(1)</script>\"'&\u{1b}";

fn report() -> Report {
    let mut samples = Samples::default();
    for number in 0..5u64 {
        let elapsed = Duration::from_millis(300 * number);
        samples.add(Snapshot {
            elapsed,
            written: 400 * number,
            bytes: 90_000 * number,
            ..Snapshot::default()
        });
    }
    let reasons =
        vec![Reason { sqlstate: Some("22P02".into()), text: format!("invalid {HOSTILE}"), rows: 2 }];
    let rejects = PathBuf::from(format!("/tmp/{HOSTILE}"));
    let details = Details { rejected: 2, cut_values: 1, reasons, samples, rejects, ..Details::default() };
    let mut report = Report::default();
    report.source = format!("{HOSTILE}.csv");
    report.target = format!("postgresql://{HOSTILE}");
    report.messages = vec![format!("WARNING {HOSTILE}")];
    report.add(Section::Pre, Line { label: HOSTILE.into(), ..Line::default() });
    report.add(
        Section::Data,
        Line {
            label: HOSTILE.into(),
            read: 1602,
            rows: 1600,
            errors: 2,
            bytes: 360_000,
            time: Duration::from_millis(1200),
            details: Some(Box::new(details)),
            ..Line::default()
        },
    );
    report.at(SystemTime::UNIX_EPOCH, Verdict::Done, Duration::from_millis(1250))
}

fn page(reports: &[Report], verdict: Verdict) -> String {
    let messages = [format!("FATAL {HOSTILE}")];
    Document { version: "1.2.3", reports, messages: &messages, verdict }.to_string()
}

#[test]
fn no_text_becomes_markup() {
    let page = page(&[report(), report()], Verdict::Done);
    assert!(!page.contains("<script") && !page.contains("alert(1)</script>\"'"), "{page}");
    assert!(
        !page.contains('\u{1b}')
            && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{fffd}")
    );
}

#[test]
fn the_page_asks_for_nothing_else() {
    let page = page(&[report()], Verdict::Done);
    for outside in ["http:", "https:", "src=", "url(", "@import", "<link rel=\"s"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn it_shows_verdict_tables_chart_reasons_and_steps() {
    let page = page(&[report()], Verdict::Done);
    for expected in [
        "pgloader 1.2.3",
        "1,600 rows loaded, 2 rejected</h1>",
        "<dt>Started</dt><dd>1970-01-01 00:00:00 UTC</dd>",
        "<dt>Took</dt><dd>1.250 s</dd>",
        "<caption>Tables</caption>",
        "<caption>Steps</caption>",
        "data-name=\"Written\"><bdi>1,600</bdi>",
        "<bdi>22P02</bdi>",
        "<bdi>100.0 %</bdi>",
        "average 1,333, highest 1,333",
        "1 value cut to the width of its column.",
        "<li>WARNING ",
    ] {
        assert!(page.contains(expected), "no {expected} in {page}");
    }
    assert_eq!(page.matches("<svg").count(), 2);
}

#[test]
fn a_run_without_commands_says_what_failed() {
    let page = page(&[], Verdict::Failed);
    assert!(page.contains("Failed: 0 rows loaded") && page.contains("<li>FATAL "), "{page}");
}
