//! The HTML report in a real browser: Debian's chromium, which `make test` installs.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::kit::{Bench, Place, Run};

/// A table whose name would run a script, were it not escaped.
const HOSTILE: &str = "<img src=x onerror='window.hostile=1'><script>window.hostile=1</script>";

/// What the page says of itself, sent to the page around it.
const MEASURE: &str = r#"<script>
  window.failures = [];
  addEventListener('error', event => failures.push(String(event.message || event.target.tagName)), true);
  addEventListener('load', () => {
    const count = selector => document.querySelectorAll(selector).length;
    const box = document.querySelector('svg').getBoundingClientRect();
    const line = document.querySelector('svg .line').getBBox();
    parent.postMessage({
      width: innerWidth, needed: document.documentElement.scrollWidth, hostile: window.hostile || 0, failures,
      scripts: count('script'), images: count('img'), requests: performance.getEntriesByType('resource').length,
      tables: count('table'), figures: count('figure'), svgs: count('svg'), rows: count('tbody tr'),
      chart: [box.width, box.height], line: line.width,
      name: document.querySelector('table tbody th').textContent,
      background: getComputedStyle(document.body).backgroundColor,
      smallest: Math.min(...[...document.querySelectorAll('td, th, dd, p, .y')].filter(e => e.textContent.trim()
        && e.getClientRects().length).map(e => parseFloat(getComputedStyle(e).fontSize))),
    }, '*');
  });
</script>"#;

/// Runs chromium without a window on a page, and returns its DOM and what it logs.
fn browse(place: &Place, page: &Path, more: &[&str]) -> (String, String) {
    let profile = new_profile(place);
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.args(["--enable-logging=stderr", "--virtual-time-budget=3000", "--window-size=1280,1600"]);
    command.arg(format!("--user-data-dir={profile}")).args(more).arg("--dump-dom");
    let output = command.arg(format!("file://{}", page.display())).output();
    let output = output.unwrap_or_else(|error| {
        unreachable!(
            "cannot run chromium: {error}; install it: scripts/setup test, or apt-get install chromium"
        )
    });
    let run = Run::from(output);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    (run.stdout, run.stderr)
}

/// A new empty directory for a profile.
fn new_profile(place: &Place) -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = place.path(&format!("profile-{number}"));
    std::fs::create_dir_all(&path).unwrap();
    path.display().to_string()
}

/// Loads a file with rejects into the hostile table, and returns where its report is.
fn report(bench: &Bench) -> std::path::PathBuf {
    bench.sql(&format!("CREATE TABLE \"{HOSTILE}\" (id int, name text CHECK (name <> 'no'))"));
    let rows: String = (0..60_000)
        .map(|id| match id % 1000 {
            7 => format!("{id}x,a\n"),
            9 => format!("{id},no\n"),
            _ => format!("{id},some text to fill the row\n"),
        })
        .collect();
    bench.place.write("data.csv", rows);
    let file = bench.place.write(
        "test.load",
        format!(
            "LOAD CSV FROM 'data.csv' INTO postgresql:/// TARGET TABLE \"{HOSTILE}\"
             WITH fields terminated by ',', batch rows = 5000 BEFORE LOAD DO $$ SELECT 1 $$;"
        ),
    );
    Run::of(bench.command().args(["--summary", "report.html"]).arg(file))
        .expect(0, &["120 rows were rejected"]);
    bench.place.path("root/report.html")
}

/// The page inside a frame of that width, with the measurements it sends.
fn measure(bench: &Bench, page: &str, width: u32, more: &[&str]) -> Value {
    // Without its own ban on scripts, so that it is the escaping which is tested.
    let start = page.find("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let end = start + page[start..].find('>').unwrap() + 1;
    let inner = format!("{}{MEASURE}{}", &page[..start], &page[end..]);
    bench.place.write(&format!("inner-{width}.html"), inner);
    let outer = format!(
        "<pre id=\"found\"></pre><script>addEventListener('message', event => \
         document.getElementById('found').textContent = JSON.stringify(event.data))</script>\
         <iframe src=\"inner-{width}.html\" style=\"width:{width}px;height:1400px;border:0\"></iframe>"
    );
    let outer = bench.place.write(&format!("outer-{width}.html"), outer);
    let (dom, _) = browse(&bench.place, &outer, more);
    let found = dom.split("<pre id=\"found\">").nth(1).and_then(|rest| rest.split("</pre>").next()).unwrap();
    let found = found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&found).unwrap_or_else(|error| unreachable!("{error}: {dom}"))
}

#[test]
fn the_report_is_readable_and_inert_in_a_browser() {
    let bench = Bench::new();
    let path = report(&bench);
    let page = std::fs::read_to_string(&path).unwrap();

    let (dom, log) = browse(&bench.place, &path, &[]);
    assert!(dom.contains("59,880 rows loaded, 120 rejected"), "{dom}");
    assert!(!log.contains("CONSOLE"), "the page has made chromium complain: {log}");

    let mut light = Value::Null;
    for width in [390, 1200] {
        let found = measure(&bench, &page, width, &[]);
        assert_eq!(found["width"], width, "{found}");
        assert!(found["needed"].as_u64() <= Some(width.into()), "it is wider than {width}: {found}");
        assert_eq!((&found["hostile"], &found["images"]), (&0.into(), &0.into()), "{found}");
        assert_eq!((&found["scripts"], &found["requests"]), (&1.into(), &0.into()), "only ours: {found}");
        assert_eq!(found["failures"], serde_json::json!([]), "{found}");
        assert!(found["name"].as_str().unwrap().contains("<script>window.hostile=1"), "{found}");
        // Tables, reasons, steps, figures of the chart; one row a table, two reasons, seven steps and more.
        assert_eq!(
            (&found["tables"], &found["figures"], &found["svgs"]),
            (&4.into(), &2.into(), &2.into()),
            "{found}"
        );
        assert!(found["rows"].as_u64() > Some(10), "{found}");
        assert!(
            found["chart"][0].as_f64() > Some(250.0) && found["chart"][1].as_f64() > Some(100.0),
            "{found}"
        );
        assert_eq!(found["line"], 1000, "the curve spans the whole time: {found}");
        assert!(found["smallest"].as_f64() >= Some(11.0), "too small to read: {found}");
        light = found["background"].clone();
    }
    let dark = measure(&bench, &page, 1201, &["--blink-settings=preferredColorScheme=0"]);
    assert_ne!(light, dark["background"], "there is a dark look too");
}
