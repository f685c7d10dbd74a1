//! A configuration: read or refused, with a place and a reason for each problem.

#![no_main]

use claimsmith_core::Config;
use claimsmith_core::config::Trigger;
use claimsmith_core::expression::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Ok(value) = json::read(text) else { return };
    for trigger in [Trigger::PostLogin, Trigger::CredentialsExchange] {
        match Config::read(&value, trigger) {
            Ok(config) => {
                // What is read of the event is never the secrets in it.
                assert!(
                    config
                        .event_reads
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
