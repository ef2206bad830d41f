#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift_fuzz::findings;

fuzz_target!(|text: &str| findings::event(text));
