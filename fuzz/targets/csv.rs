#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pgloader_sources::csv::fuzz::check(input));
