#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift_fuzz::off_hours;

fuzz_target!(|text: &str| off_hours::ledger_record(text));
