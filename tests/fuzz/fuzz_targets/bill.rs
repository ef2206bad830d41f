#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift_fuzz::costs;

fuzz_target!(|text: &str| costs::bill(text));
