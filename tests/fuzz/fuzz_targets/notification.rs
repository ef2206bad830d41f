#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift_fuzz::notifications;

fuzz_target!(|text: &str| notifications::notification(text));
