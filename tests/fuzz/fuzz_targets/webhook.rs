#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift_fuzz::slack;

fuzz_target!(|text: &str| slack::webhook(text));
