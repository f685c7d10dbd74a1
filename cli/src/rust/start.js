/**
 * A crate to start from: an Action with its tests, and what it takes to try it.
 */

/** Whether crates.io has the crate `claimsmith`. */
export const IS_PUBLISHED = false;

/** The names that a crate cannot have: cargo's, Rust's, and that of the crate it depends on. */
const TAKEN =
  /^(claimsmith|serde|test|core|std|alloc|proc_macro|proc-macro|as|async|await|break|const|continue|crate|dyn|else|enum|extern|false|fn|for|gen|if|impl|in|let|loop|match|mod|move|mut|pub|ref|return|self|static|struct|super|trait|true|type|unsafe|use|where|while|abstract|become|box|do|final|macro|override|priv|try|typeof|unsized|virtual|yield)$/;

/** @param {string} name @returns {boolean} */
export const isCrateName = (name) => /^[a-z][a-z0-9_-]{0,63}$/i.test(name) && !TAKEN.test(name);

/**
 * @param {{ name: string, version: string, path?: string }} crate The version of Claimsmith, and where its crate lies, as
 *   seen from the new one.
 * @returns {Record<string, string>} contents by name of the file
 */
export function createCrate({ name, version, path }) {
  const from = path === undefined ? `version = ${JSON.stringify(version)}` : `path = ${JSON.stringify(path)}`;
  return {
    "Cargo.toml": manifest(name, from),
    "src/lib.rs": CODE,
    "README.md": readme(name),
    "event.json": toText(EVENT),
    "answers.json": toText(ANSWERS),
    "tests/first.json": FIXTURE,
    "secrets.example.env": SECRETS,
    ".gitignore": gitignore(name),
  };
}

function manifest(name, from) {
  return `[package]
name = "${name}"
version = "0.1.0"
edition = "2024"
publish = false

[lib]
# cdylib is the WebAssembly module; rlib lets the tests link the code.
crate-type = ["cdylib", "rlib"]

[dependencies]
claimsmith = { ${from}, features = ["allocator", "serde"] }
serde = { version = "1", default-features = false, features = ["derive"] }

[lints.clippy]
# A panic ends every login in flight.
unwrap_used = "deny"
expect_used = "deny"
panic = "deny"
indexing_slicing = "deny"
`;
}

const CODE = `//! Asks an API for the user who logs in, and puts their plan and roles into the tokens.
//!
//! Its secrets are \`API_URL\`, such as \`https://api.example.com\`, and \`TOKEN_URL\`, \`CLIENT_ID\` and \`CLIENT_SECRET\`, with
//! \`AUDIENCE\` where the token endpoint asks for one.

use claimsmith::prelude::*;

const PLAN: &str = "https://example.com/plan";
const ROLES: &str = "https://example.com/roles";

#[derive(Default)]
struct PlanAndRoles;

export_handler!(PlanAndRoles);

impl Handler for PlanAndRoles {
    type Error = Error;

    async fn execute(
        &self,
        event: &Event,
        api: &mut Api<'_>,
        session: &Session<'_>,
    ) -> Result<(), Error> {
        let Some(user_id) = event.user().user_id() else {
            return Ok(());
        };
        let url = event.url("API_URL", &["users", &user_id])?;
        let call = Call::get(&url).with_token(&event.grant()?).named("profile");
        // None: the API does not know the user.
        let Some(profile) = session.get::<Profile>(&call).await? else {
            return Ok(());
        };

        if profile.blocked {
            return Err(Error::denial("Your account is blocked."));
        }
        api.claim(&[Target::AccessToken, Target::IdToken], PLAN, &profile.plan)?;
        api.claim(&[Target::AccessToken], ROLES, &profile.roles)
    }
}

/// What the API knows of a user.
#[derive(Deserialize)]
struct Profile {
    plan: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    blocked: bool,
}

// A tenant is native: for WebAssembly, as wasm-pack compiles, these are left out.
#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use claimsmith::testing::{Answers, Tenant};

    const ALICE: &str = r#"{ "user": { "user_id": "auth0|alice" } }"#;

    fn tenant(profile: &str) -> Tenant<PlanAndRoles> {
        let answers = Answers::new()
            .get("/users/auth0|alice", profile)
            .get("/users/*", 404);
        Tenant::new(answers).api("https://api.example.com")
    }

    #[test]
    fn the_plan_is_on_both_tokens_and_the_roles_on_one() {
        let login = tenant(r#"{ "plan": "gold", "roles": ["editor"] }"#).login(ALICE);
        assert_eq!(login.errors(), [""; 0]);
        assert_eq!(login.claim(Target::IdToken, PLAN), "gold".into());
        let roles: Vec<String> = login.claim_as(Target::AccessToken, ROLES);
        assert_eq!(roles, ["editor"]);
        assert_eq!(login.claim(Target::IdToken, ROLES), Value::Null);
    }

    #[test]
    fn a_blocked_account_is_turned_away() {
        let login = tenant(r#"{ "plan": "gold", "blocked": true }"#).login(ALICE);
        assert_eq!(login.denied(), Some("Your account is blocked."));
    }

    #[test]
    fn where_the_answer_does_not_fit_the_login_goes_on_without_claims() {
        let login = tenant(r#"{ "plan": 7 }"#).login(ALICE);
        assert_eq!(login.errors(), ["response_misfit@profile.plan"]);
        assert_eq!(login.denied(), None);
    }
}
`;

const EVENT = {
  user: { user_id: "auth0|alice", email: "alice@example.com", email_verified: true },
};

const ANSWERS = {
  "GET /users/auth0|alice": { plan: "gold", roles: ["editor"] },
  "GET /users/*": { $status: 404 },
};

const FIXTURE = `[
  {
    "name": "a gold customer with a role",
    "event": "../event.json",
    "answers": "../answers.json",
    "expect": {
      "id_token": { "https://example.com/plan": "gold" },
      "access_token": { "https://example.com/plan": "gold", "https://example.com/roles": ["editor"] },
      "denied": null,
      "calls": { "profile": 1 }
    }
  },
  {
    "name": "a blocked account",
    "answers": { "GET /users/*": { "plan": "gold", "blocked": true } },
    "expect": { "denied": "Your account is blocked." }
  }
]
`;

function gitignore(name) {
  return `/target
/node_modules
secrets.env
# ${name}.js is kept: \`claimsmith test ${name}.js\` takes it, and \`claimsmith diff HEAD:${name}.js ${name}.js\` shows a reviewer whose tokens change.
`;
}

const SECRETS = [
  "# Copy to secrets.env for `claimsmith simulate --live`, and keep that file out of version control.",
  "API_URL=https://api.example.com",
  "TOKEN_URL=https://acme.eu.auth0.com/oauth/token",
  "CLIENT_ID=",
  "CLIENT_SECRET=",
  "AUDIENCE=https://api.example.com",
  "",
].join("\n");

function readme(name) {
  return `# ${name}

An Action for Auth0, written in Rust with Claimsmith.

\`\`\`sh
cargo test                        # its tests, without a tenant
npx claimsmith bundle --rust .    # writes ${name}.js, to be pasted into Auth0's editor
npx claimsmith test ${name}.js
npx claimsmith simulate ${name}.js
\`\`\`

\`claimsmith test\` runs the file itself with the logins in \`tests/*.json\`, and says where one comes to something else than
it expects; \`--update\` writes what came. \`cargo test\` is about the code, these are about the file that is pasted.

\`simulate\` runs the file as Auth0 would, with \`event.json\` and with \`answers.json\`, which is what the API is taken to say.
The secrets of the Action are named in \`secrets.example.env\`: add them in the editor, beside the code.

It takes rustup, with \`rustup target add wasm32-unknown-unknown\` and \`rustup component add rust-src\`.
`;
}

function toText(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
