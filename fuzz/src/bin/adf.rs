#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guajira::run_tree(data));
