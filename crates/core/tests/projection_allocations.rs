//! Fields, constants, dates and transforms are projected without an allocation a row.
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pgloader_core::catalog::ColumnType;
use pgloader_core::expression::{Library, Scope, read};
use pgloader_core::projection::{ColumnValue, FieldFormat, ProjectedColumn, Projection, Projector};
use pgloader_core::transform::DateFormat;
use pgloader_core::{Row, Span};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn projector() -> Projector {
    let fields = ["n", "text", "day"].map(str::to_owned);
    let transform = |text: &str| {
        let form = read(text, &Library::default()).unwrap().0;
        ColumnValue::Expression(form.compile(&Scope { fields: &fields }).unwrap())
    };
    let values = [
        ColumnValue::Field(0),
        ColumnValue::Field(2),
        ColumnValue::Constant(Some("constant".to_owned())),
        ColumnValue::Constant(None),
        transform("(empty-string-to-null text)"),
        transform("(int-to-ip n)"),
        transform("(ip-range n n)"),
    ];
    let column = |value| ProjectedColumn { name: "c".to_owned(), ty: ColumnType::Date, value };
    let format = DateFormat::parse("DD.MM.YYYY").unwrap();
    let formats = vec![None, None, Some(FieldFormat { name: "day".to_owned(), format })];
    Projector::new(Arc::new(Projection::new(values.map(column).into(), formats).unwrap()))
}

#[test]
fn nothing_is_allocated_a_row() {
    const ROWS: u64 = 1000;
    let mut projector = projector();
    let bytes = b"18435761hello01.02.2026";
    let spans = [Span::new(0, 8), Span::new(8, 13), Span::new(13, 23)];
    let mut project = || {
        let row = projector.project(&Row::new(bytes, &spans)).unwrap();
        assert_eq!(row.field(1), Some(&b"2026-02-01"[..]));
        assert_eq!(row.field(6), Some(&b"1.25.78.177-1.25.78.177"[..]));
    };
    project();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    (0..ROWS).for_each(|_| project());
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
    // The harness has threads of its own, which may allocate too.
    assert!(allocations < ROWS / 10, "{allocations} allocations for {ROWS} rows");
}
