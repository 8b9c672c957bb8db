//! The row path allocates nothing per row.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use pgloader_core::Row;
use pgloader_core::option::{Options, Value};
use pgloader_core::source::{Given, Intake, Source, Stopped};
use pgloader_files::{Inputs, Location};
use pgloader_sources::csv::{Csv, CsvSettings, FIELDS_TERMINATED_BY, Field, NULL_IF};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: everything is passed on to the system's allocator; counting changes nothing about it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ROWS: u64 = 50_000;
const WARM: u64 = 100;

#[derive(Default)]
struct Counter {
    rows: u64,
    when_warm: u64,
    at_last: u64,
}

impl Intake for Counter {
    fn row(&mut self, _: Row<'_>) -> Result<Given, Stopped> {
        self.rows += 1;
        self.at_last = ALLOCATIONS.load(Ordering::Relaxed);
        if self.rows == WARM {
            self.when_warm = self.at_last;
        }
        Ok(Given::Taken)
    }

    fn malformed(&mut self, _: &[u8], _: &str) -> Result<(), Stopped> {
        Err(Stopped)
    }

    fn malformed_rest(&mut self, _: &[u8]) -> Result<(), Stopped> {
        Err(Stopped)
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        Ok(())
    }

    fn stripped_nuls(&mut self, _: u64) {}
}

#[test]
fn no_allocation_per_row() {
    let path = std::env::temp_dir().join(format!("pgloader-allocations-{}.csv", std::process::id()));
    let mut text = String::new();
    for row in 0..ROWS {
        writeln!(text, "{row},\"say \"\"hi\"\", {row}\nagain\", x ,,\"\",a\"b\"").unwrap();
        text.push('\n');
    }
    std::fs::write(&path, text).unwrap();
    let mut options = Options::default();
    options.insert(&FIELDS_TERMINATED_BY, Value::Char(','));
    options.insert(&NULL_IF, Value::Text("-".into()));
    for encoding in ["utf-8", "latin1"] {
        let fields = Some(vec![Field { name: "a".into(), ..Field::default() }]);
        let settings = CsvSettings {
            inputs: Inputs::One(Location::File(path.clone())),
            options: options.clone(),
            encoding: Some(encoding.into()),
            fields,
        };
        let csv = Csv::new(settings).unwrap();
        let table = csv.catalog().unwrap().tables.remove(0);
        let part = csv.parts(&table, 1).unwrap().remove(0);
        let mut counter = Counter::default();
        csv.read(&table, &part, &mut counter).unwrap();
        assert_eq!(counter.rows, ROWS);
        assert_eq!(counter.at_last - counter.when_warm, 0, "{encoding}");
    }
    std::fs::remove_file(&path).unwrap();
}
