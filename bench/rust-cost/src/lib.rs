//! One Action, written three times: the difference of the files is what a feature of `claimsmith` costs.

use claimsmith::prelude::*;

const PLAN: &str = "https://example.com/plan";
const SEATS: &str = "https://example.com/seats";
const ROLES: &str = "https://example.com/roles";

/// Asks for a profile, and sets three claims of it.
#[derive(Default)]
pub struct Cost;

export_handler!(Cost);

fn call(event: &Event) -> Result<Option<Call>, Error> {
    let Some(user_id) = event.user().user_id() else { return Ok(None) };
    let url = event.url("API_URL", &["users", &user_id])?;
    Ok(Some(Call::get(&url).with_token(&event.grant()?).named("profile")))
}

#[cfg(not(feature = "serde"))]
impl Handler for Cost {
    type Error = Error;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
        let Some(call) = call(event)? else { return Ok(()) };
        let profile = session.fetch(&call).await?;
        for (claim, member) in [(PLAN, "plan"), (SEATS, "seats"), (ROLES, "roles")] {
            api.set_custom_claim(Target::AccessToken, claim, profile[member].clone())?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
#[derive(Deserialize)]
struct Profile {
    plan: String,
    seats: u32,
    #[serde(default)]
    roles: Vec<String>,
}

#[cfg(feature = "serde")]
impl Handler for Cost {
    type Error = Error;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
        let Some(call) = call(event)? else { return Ok(()) };
        let Some(profile) = session.get::<Profile>(&call).await? else { return Ok(()) };
        #[cfg(all(feature = "serde-wasm-bindgen", target_family = "wasm"))]
        let profile = claimsmith::from_js::<Profile>(js_sys::global().into()).unwrap_or(profile);
        api.claim(&[Target::AccessToken], PLAN, &profile.plan)?;
        api.claim(&[Target::AccessToken], SEATS, &profile.seats)?;
        api.claim(&[Target::AccessToken], ROLES, &profile.roles)
    }
}
