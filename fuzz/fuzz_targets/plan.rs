//! A plan: whatever its bytes are, it is read or refused, and what is read is written as it was.

#![no_main]

use claimsmith_core::Plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(plan) = Plan::decode(bytes) else { return };
    // A number may have been written longer than it needs to be.
    let written = plan.encode();
    let again = Plan::decode(&written).expect("what was written can be read");
    assert_eq!(again.encode(), written);
});
