//! Bodies are not copied: counted by the allocator, so this file has one test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use common::scenario::{cut, pattern};
use common::{BUCKET, builder, open};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator; only sizes are added up.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's layout is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from `alloc` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const MIB: usize = 1024 * 1024;

/// The server is in this process, so its buffers count as well.
#[tokio::test]
async fn seventy_megabytes_are_not_doubled() {
    let server = builder().start().unwrap();
    let store = open(&server, &[]).await.unwrap();
    let bytes = pattern(70 * MIB);
    for (size, allowed) in [(MIB, 8 * MIB), (100 * MIB, 8 * MIB), (10_000, 10 * MIB)] {
        let body = cut(bytes.clone(), size);
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        store.put("k", body).await.unwrap();
        let more = PEAK.load(Ordering::Relaxed).saturating_sub(before);
        println!("pieces of {size}: {more} bytes more at the peak");
        assert!(more < allowed, "{more} bytes more for pieces of {size}");
        assert!(server.get(BUCKET, "k").unwrap() == bytes);
    }
}
