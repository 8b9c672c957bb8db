//! The row path from a source's `row` to a writer: how often it allocates, and how much it holds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use async_trait::async_trait;
use pgloader_core::catalog::{Catalog, Column, Table, TableName};
use pgloader_core::encode::Format;
use pgloader_core::encode::copy_binary::Codec;
use pgloader_core::load::{BatchLimits, Commit, LoadPlan, OnError, Phase, TableLoad};
use pgloader_core::source::{Intake, Part, Source};
use pgloader_core::target::*;
use pgloader_core::{Result, Row, Rows, Span};
use pgloader_engine::{Interrupt, Load, RejectFiles, Report, Run, Tally};

/// Counts allocations, and bytes held now and at most.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        PEAK.fetch_max(HELD.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above; `pointer` came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Gives the same row again and again.
struct Repeated {
    rows: usize,
    value: Vec<u8>,
    spans: [Span; 3],
}

impl Source for Repeated {
    fn catalog(&self) -> Result<Catalog> {
        Ok(Catalog::default())
    }

    fn parts(&self, _: &Table, _: usize) -> Result<Vec<Part>> {
        Ok(vec![Part { number: 0, name: "all".into() }])
    }

    fn read(&self, _: &Table, _: &Part, rows: &mut dyn Intake) -> Result<()> {
        for _ in 0..self.rows {
            if rows.row(Row::new(&self.value, &self.spans)).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn cancel(&self) {}
}

/// Takes everything in this form and keeps nothing.
#[derive(Clone, Copy)]
struct Nowhere(Format);

impl Dialect for Nowhere {
    fn identifier(&self, name: &str) -> String {
        name.to_owned()
    }
    fn truncate(&self, _: &Table) -> String {
        String::new()
    }
    fn disable_triggers(&self, _: &Table) -> String {
        String::new()
    }
    fn enable_triggers(&self, _: &Table) -> String {
        String::new()
    }
    fn is_there_already(&self, _: &pgloader_core::Error) -> bool {
        false
    }
    fn drop_indexes(&self, _: &Table) -> Vec<String> {
        Vec::new()
    }
    fn create_indexes(&self, _: &Table, _: usize) -> Vec<Phase> {
        Vec::new()
    }
}

#[async_trait]
impl Target for Nowhere {
    fn dialect(&self) -> &'static dyn Dialect {
        &Nowhere(Format::CopyText)
    }
    async fn session(&self) -> Result<Box<dyn Session>, ConnectError> {
        Err(ConnectError::Fatal(pgloader_core::Error::new("no session")))
    }
    async fn load(&self, _: &TableLoad) -> Result<Box<dyn Loading>> {
        Ok(Box::new(*self))
    }
}

#[async_trait]
impl Loading for Nowhere {
    async fn writer(&self) -> Result<Box<dyn Writer>, ConnectError> {
        Ok(Box::new(*self))
    }
    async fn outcome(&self, _: &CommitToken) -> Result<Outcome, ConnectError> {
        Ok(Outcome::RolledBack)
    }
    fn format(&self) -> Format {
        self.0
    }
}

#[async_trait]
impl Writer for Nowhere {
    async fn write(&mut self, rows: Rows) -> Result<Taken, WriteError> {
        tokio::task::yield_now().await;
        Ok(Taken { rows: rows.len() as u64, bad: Vec::new() })
    }
    async fn begin(&mut self) -> Result<(), WriteError> {
        Ok(())
    }
    async fn commit(&mut self, _: u64) -> Result<(), WriteError> {
        Ok(())
    }
    fn canceller(&self) -> Box<dyn Cancel> {
        Box::new(*self)
    }
}

#[async_trait]
impl Cancel for Nowhere {
    async fn cancel(&self) {}
}

/// Text of this width, NULL, and half of the text.
fn texts(rows: usize, width: usize) -> Repeated {
    let value = b"plain text and one tab\t for every line of".iter().copied().cycle().take(width).collect();
    Repeated { rows, value, spans: [Span::new(0, width), Span::NULL, Span::new(0, width / 2)] }
}

/// A number, a time and a float, all of the costlier kinds.
fn numbers(rows: usize) -> Repeated {
    let value = b"-12345678901234567890.1202024-01-05T10:20:30.123+05:300.30000000000000004".to_vec();
    Repeated { rows, spans: [Span::new(0, 25), Span::new(25, 54), Span::new(54, value.len())], value }
}

/// Loads the rows, in binary where there are codecs; returns allocations made and the peak of bytes held meanwhile.
fn load(source: Repeated, codecs: Option<[Codec; 3]>) -> (usize, usize) {
    let rows = source.rows;
    let (target, codecs) = match codecs {
        Some(codecs) => (Nowhere(Format::CopyBinary), codecs.map(Some)),
        None => (Nowhere(Format::CopyText), [None; 3]),
    };
    let name = TableName { schema: None, name: "t".into() };
    let source_table = Table {
        name: name.clone(),
        columns: Vec::new(),
        indexes: Vec::new(),
        referencing_keys: Vec::new(),
        trigger_states: Vec::new(),
        index_count: 0,
        row_triggers: false,
    };
    let table_load = TableLoad {
        table: name.clone(),
        columns: codecs.map(|codec| Column { codec, ..Column::default() }).to_vec(),
        fields: vec![0, 1, 2],
        projection: None,
        on_error: OnError::ResumeNext,
        commit: Commit::Batch,
        truncate_columns: false,
        writers: 2,
        ordered: false,
        batch: BatchLimits { rows: 25_000, bytes: 20 << 20 },
    };
    let plan = LoadPlan {
        preparations: Vec::new(),
        load: table_load,
        analyze: None,
        warnings: Vec::new(),
        notices: Vec::new(),
    };
    let rejects = RejectFiles::new(std::path::Path::new("/nonexistent"), &name, false, false);
    let tally = Arc::new(Tally::default());
    let Ok(rejects) = rejects else { unreachable!("nothing is opened before a reject") };
    let load = Load { source: Arc::new(source), source_table, rejects, tally: tally.clone() };
    let mut run = Run {
        target: Arc::new(target),
        interrupt: Interrupt::default(),
        report: Report::default(),
        observer: Arc::new(()),
    };
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().enable_all().build() else {
        unreachable!("a runtime can be built")
    };
    let (allocations, held) = (ALLOCATIONS.load(Relaxed), HELD.load(Relaxed));
    PEAK.store(held, Relaxed);
    let result = runtime.block_on(run.load(&plan, load));
    assert!(result.is_ok(), "{result:?}");
    assert_eq!((tally.read(), tally.written()), (rows as u64, rows as u64));
    (ALLOCATIONS.load(Relaxed) - allocations, PEAK.load(Relaxed) - held)
}

/// One test, since the counters are the process's.
#[test]
fn allocations_do_not_grow_with_rows_nor_memory_with_the_file() {
    let numbers_codecs = [Codec::Numeric, Codec::Timestamptz, Codec::Float8];
    for codecs in [None, Some(numbers_codecs)] {
        let source = |rows| if codecs.is_some() { numbers(rows) } else { texts(rows, 60) };
        let (few, _) = load(source(50_000), codecs);
        let (many, peak) = load(source(350_000), codecs);
        let more = many.saturating_sub(few);
        assert!(more < 1_500, "300,000 rows more cost {more} allocations");
        assert!(peak < 50 << 20, "{peak} bytes held");
    }
    let wide = 10 << 20;
    for codecs in [None, Some([Codec::Text; 3])] {
        let (_, peak) = load(texts(12, wide), codecs);
        assert!(peak < (50 << 20) + 4 * wide, "{peak} bytes held with rows of {wide}");
    }
}
