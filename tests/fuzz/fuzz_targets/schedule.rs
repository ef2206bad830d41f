#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift_fuzz::schedules;
use nightshift_schedule::Syntax;

fuzz_target!(|text: &str| schedules::value(text, Syntax::Nightshift));
