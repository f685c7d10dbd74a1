//! A configuration: compiled or refused, with a place and a reason for each problem.

#![no_main]

use claimsmith_compile::compile;
use claimsmith_core::expression::json;
use claimsmith_core::{Plan, Trigger};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Ok(value) = json::read(text) else { return };
    for trigger in [Trigger::PostLogin, Trigger::CredentialsExchange] {
        match compile(&value, trigger) {
            Ok(compiled) => {
                let plan = compiled.plan;
                // It comes back from its bytes, whatever it holds.
                let bytes = plan.encode();
                let read = Plan::decode(&bytes).expect("what was written can be read");
                assert_eq!(bytes, read.encode());
                // What is read of the event is never the secrets in it.
                assert!(
                    plan.event_reads
                        .iter()
                        .all(|chain| chain.first().is_none_or(|name| &**name != "secrets"))
                );
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                assert!(problems.iter().all(|problem| !problem.message.is_empty()));
            }
        }
    }
});
