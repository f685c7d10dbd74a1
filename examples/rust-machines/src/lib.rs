//! The tokens of machines (the trigger credentials-exchange): what a partner has booked becomes scopes and a claim.
//!
//! Such an Action also runs when its own token is issued, and would call itself for ever: it looks at the client first.
//! Its secrets are those of `examples/rust-entitlements`.

use claimsmith::prelude::*;

const PARTNER: &str = "https://example.com/partner";

#[derive(Deserialize)]
struct Contract {
    partner: String,
    #[serde(default)]
    booked: Vec<Product>,
    ends: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Product {
    Orders,
    Invoices {
        may_write: bool,
    },
    /// What is booked and of no interest here.
    #[serde(other)]
    Other,
}

#[derive(Default)]
struct Machines;

export_handler!(Machines);

impl Handler for Machines {
    type Error = Error;
    const DENIES_ON_FAILURE: bool = true;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
        let client_id = event.client().client_id().unwrap_or_default();
        if client_id == event.secret("CLIENT_ID")?.expose() {
            return Ok(());
        }
        let url = event.url("API_URL", &["partners", &client_id])?;
        let call = Call::get(&url).with_token(&event.grant()?).named("contract");
        let Some(contract) = session.get::<Contract>(&call).await? else {
            return Err(Error::denial("This client has no contract."));
        };
        if contract.ends.is_some_and(|end| end <= Timestamp::from_ms(session.now_ms())) {
            return Err(Error::denial("The contract is over."));
        }
        for product in &contract.booked {
            match product {
                Product::Orders => api.add_scope("read:orders")?,
                Product::Invoices { may_write } => {
                    api.add_scope("read:invoices")?;
                    if *may_write {
                        api.add_scope("write:invoices")?;
                    }
                }
                Product::Other => {}
            }
        }
        api.claim(&[Target::AccessToken], PARTNER, &contract.partner)
    }
}

// A tenant is native: for WebAssembly, as `wasm-pack test` compiles, these are left out.
#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use claimsmith::testing::{Answers, Fault, Login, Reply, Tenant};

    fn exchange(reply: impl Into<Reply>) -> Login {
        let tenant = Tenant::<Machines>::new(Answers::new().get("/partners/acme", reply))
            .api("https://api.example.com");
        tenant.exchange(r#"{ "client": { "client_id": "acme" } }"#)
    }

    #[test]
    fn what_is_booked_becomes_scopes() {
        let login = exchange(
            r#"{ "partner": "Acme", "booked": ["orders", "maps", { "invoices": { "may_write": true } }] }"#,
        );
        assert_eq!(login.scopes_added(), ["read:orders", "read:invoices", "write:invoices"]);
        assert_eq!(login.claim(Target::AccessToken, PARTNER), "Acme".into());
    }

    #[test]
    fn a_client_without_a_contract_gets_no_token() {
        assert_eq!(exchange(404).denied(), Some("This client has no contract."));
        let over = exchange(r#"{ "partner": "Acme", "ends": "2026-01-05T08:00:00Z" }"#);
        assert_eq!(over.denied(), Some("The contract is over."));
        assert_eq!(exchange(Fault::Refused).errors(), ["transport_failed@contract"]);
        assert!(exchange(Fault::Refused).denied().is_some());
    }

    #[test]
    fn its_own_token_needs_no_call() {
        let tenant = Tenant::<Machines>::new(Answers::new()).api("https://api.example.com");
        let login = tenant.exchange(r#"{ "client": { "client_id": "client-id" } }"#);
        assert_eq!((login.calls().len(), login.denied()), (0, None));
    }
}
