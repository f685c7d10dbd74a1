//! The answer of a token endpoint: a token that fits a header, or an error that repeats nothing of it.

#![no_main]

use claimsmith_core::http::Response;
use claimsmith_core::token::read_token_response;
use libfuzzer_sys::fuzz_target;

const NOW_MS: u64 = 1_700_000_000_000;
const DAY_MS: u64 = 86_400_000;

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    let status = if *choice == 0 { 200 } else { 100 + u16::from(*choice) * 2 };
    let response = Response::new(status, Vec::new(), body.to_vec());
    match read_token_response(&response, None, NOW_MS) {
        Ok(token) => {
            assert!((200..300).contains(&status));
            assert!(!token.value.expose().is_empty());
            assert!(token.value.expose().bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(token.expires_at_ms.is_none_or(|at_ms| at_ms >= NOW_MS && at_ms <= NOW_MS + DAY_MS));
        }
        Err(error) => {
            assert!(error.message.len() < 120);
            assert!(error.message.chars().all(|character| !character.is_control()));
        }
    }
});
