#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pgloader_fuzz::expressions::check(input));
