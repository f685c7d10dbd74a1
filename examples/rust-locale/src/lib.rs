//! The language that a login is in, and what is likely to go with it, as a claim. JavaScript has the tables for that: the
//! type comes out of one of its values.
//!
//! It has no secrets, and calls nobody.

use claimsmith::prelude::*;

const LOCALE: &str = "https://example.com/locale";

/// Of a tag such as `de-AT`, or of `zh` what most who write so would add.
#[derive(Deserialize, Serialize)]
struct Locale {
    language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[derive(Default)]
struct LocaleClaim;

export_handler!(LocaleClaim);

impl Handler for LocaleClaim {
    type Error = Error;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, _: &Session<'_>) -> Result<(), Error> {
        let Some(tag) = event.read::<Option<String>>(&["transaction", "locale"])? else { return Ok(()) };
        api.claim(&[Target::IdToken], LOCALE, &likely(&tag)?)
    }
}

/// `Intl.Locale` of JavaScript.
#[cfg(target_family = "wasm")]
mod intl {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        pub type Locale;

        // It throws where the tag is none.
        #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
        pub fn new(tag: &str) -> Result<Locale, JsValue>;

        #[wasm_bindgen(method)]
        pub fn maximize(this: &Locale) -> JsValue;
    }
}

#[cfg(target_family = "wasm")]
fn likely(tag: &str) -> Result<Locale, Error> {
    let locale = intl::Locale::new(tag).map_err(|_| no_locale())?;
    claimsmith::from_js(locale.maximize())
}

/// Tests run without JavaScript: what the tag says, and no more.
#[cfg(not(target_family = "wasm"))]
fn likely(tag: &str) -> Result<Locale, Error> {
    let mut parts = tag.split('-');
    let language = parts.next().filter(|language| language.len() == 2).ok_or_else(no_locale)?;
    let region = parts.next().map(ToOwned::to_owned);
    Ok(Locale { language: language.to_owned(), script: None, region })
}

fn no_locale() -> Error {
    Error::own("no_locale", "the locale of the login is no tag of a language")
}

/// In JavaScript itself: `cargo test --target wasm32-unknown-unknown`, or wasm-pack.
#[cfg(all(test, target_family = "wasm"))]
mod in_javascript {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn what_most_would_add_is_added() {
        let locale = likely("zh").ok().map(|locale| (locale.language, locale.script, locale.region));
        assert_eq!(locale, Some(("zh".into(), Some("Hans".into()), Some("CN".into()))));
    }

    #[wasm_bindgen_test]
    fn what_is_no_tag_is_an_error_of_its_own() {
        let error = likely("not a tag").err();
        assert_eq!(error.map(|error| error.code), Some(no_locale().code));
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use claimsmith::testing::{Answers, Login, Tenant};

    fn login(locale: &str) -> Login {
        let event = format!(r#"{{ "transaction": {{ "locale": {locale} }} }}"#);
        Tenant::<LocaleClaim>::new(Answers::new()).login(&event)
    }

    #[test]
    fn the_locale_is_a_claim() {
        let claim = login(r#""de-AT""#).claim(Target::IdToken, LOCALE);
        assert_eq!(claim.to_json(), r#"{"language":"de","region":"AT"}"#);
    }

    #[test]
    fn a_login_without_a_locale_has_no_claim() {
        let login = login("null");
        assert_eq!(login.claim(Target::IdToken, LOCALE), Value::Null);
        assert_eq!(login.errors(), [""; 0]);
    }

    #[test]
    fn what_is_no_tag_is_an_error_of_its_own() {
        assert_eq!(login(r#""klingon""#).errors(), ["no_locale@"]);
    }
}
