#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift_fuzz::core;

fuzz_target!(|text: &str| core::configuration(text));
