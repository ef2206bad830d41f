#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift_fuzz::schedules;

fuzz_target!(|text: &str| schedules::calendar(text));
