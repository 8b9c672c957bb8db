//! What is shipped: one binary that needs nothing but libc.

use std::process::Command;

use crate::kit::PGLOADER;

#[test]
fn the_binary_links_to_nothing_but_libc_and_its_kin() {
    let output = Command::new("ldd").arg(PGLOADER).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let allowed = ["linux-vdso", "libc.so", "libm.so", "libgcc_s.so", "ld-linux"];
    for line in text.lines() {
        assert!(allowed.iter().any(|name| line.contains(name)), "unexpected: {line}");
    }
    assert!(text.contains("libc.so"), "{text}");
}
