//! The report as one line of JSON, in the shape that pgloader 3 meant to write.

use std::time::Duration;

use super::model::{Line, Report, Section};

/// Times in seconds, except `START` and `STOP`: milliseconds since the command began.
pub(super) fn render(report: &Report) -> String {
    let section = |section| {
        let lines: Vec<String> = report.lines(section).iter().map(entry).collect();
        lines.join(",")
    };
    let (pre, data, post) = (section(Section::Pre), section(Section::Data), section(Section::Post));
    let total = report.total();
    format!(
        "{{\"PRELOAD\":[[{pre}]],\"DATA\":[[{data}]],\"POSTLOAD\":[[{post}]],\"BYTES\":{},\"SECS\":{}}}\n",
        total.bytes,
        seconds(total.time)
    )
}

fn entry(line: &Line) -> String {
    let (name, secs) = (quoted(&line.label), seconds(line.time));
    let [rs, ws] = [line.read_time, line.write_time].map(|time| seconds(time.unwrap_or_default()));
    let Line { read, rows, errors, bytes, .. } = line;
    let (start, stop) = (line.start.as_millis(), line.stop.as_millis());
    format!(
        "{{\"NAME\":{name},\"READ\":{read},\"ROWS\":{rows},\"ERRS\":{errors},\"SECS\":{secs},\
         \"RS\":{rs},\"WS\":{ws},\"BYTES\":{bytes},\"START\":{start},\"STOP\":{stop}}}"
    )
}

/// Seconds with at most three decimals and at least one.
fn seconds(time: Duration) -> String {
    format!("{:?}", time.as_millis() as f64 / 1000.0)
}

/// A text as a JSON string with its quotes.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_one_object_with_three_sections() {
        let mut report = Report::default();
        report.add(Section::Pre, Line { label: "fetch".into(), ..Line::default() });
        let (label, time) = ("public.\"a\u{1}\n\"".to_owned(), Duration::from_millis(142));
        let read_time = Some(Duration::from_millis(110));
        report.add(
            Section::Data,
            Line {
                label,
                read: 1500,
                rows: 1498,
                errors: 2,
                bytes: 63181,
                time,
                read_time,
                ..Line::default()
            },
        );
        let json = report.json();
        assert!(json.ends_with("}\n") && json.lines().count() == 1, "{json}");
        let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed["PRELOAD"][0][0]["NAME"], "fetch");
        assert_eq!(parsed["PRELOAD"][0][0]["RS"], 0.0);
        let table = &parsed["DATA"][0][0];
        assert_eq!(table["NAME"], "public.\"a\u{1}\n\"");
        let counts = ["READ", "ROWS", "ERRS", "BYTES"].map(|name| table[name].as_u64().unwrap());
        assert_eq!(counts, [1500, 1498, 2, 63181]);
        assert_eq!(
            [&table["SECS"], &table["RS"], &table["WS"]].map(|n| n.as_f64().unwrap()),
            [0.142, 0.11, 0.0]
        );
        assert_eq!(parsed["POSTLOAD"], serde_json::json!([[]]));
        assert_eq!(parsed["BYTES"], 63181);
        let names: Vec<&str> = json.split('"').skip(1).step_by(2).take(4).collect();
        assert_eq!(names, ["PRELOAD", "NAME", "fetch", "READ"]);
    }
}
