//! The answer of a backend: a value, or an error that repeats nothing of it.

#![no_main]

use claimsmith_compile::compile;
use claimsmith_core::expression::{Budget, json};
use claimsmith_core::http::Response;
use claimsmith_core::source::read_source_response;
use claimsmith_core::{Plan, Trigger};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static CONFIG: Plan = {
        let text = br#"{"sources":{"s":{"url":"https://h/x","token":null},
            "t":{"url":"https://h/x","token":null,"on_not_found":"error"},
            "u":{"url":"https://h/x","token":null,"fail_when":"length(errors || `[]`) > `0`"}},"claims":{}}"#;
        compile(&json::read(text).expect("it is JSON"), Trigger::PostLogin).expect("it is right").plan
    };
}

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    let status = if *choice == 0 { 200 } else { 100 + u16::from(*choice) * 2 };
    let response = Response::new(status, Vec::new(), body.to_vec());
    CONFIG.with(|config| {
        for source in &config.sources {
            if let Err(error) = read_source_response(source, &response, &Budget::default()) {
                assert!(error.message.len() < 120);
                assert!(error.message.chars().all(|character| !character.is_control()));
            }
        }
    });
});
