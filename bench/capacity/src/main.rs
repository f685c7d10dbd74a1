//! What a month of logins costs: token calls and backend calls, by traffic and fleet.
//!
//! The engine is the real one, and everything around it is simulated: the clock, the users, the instances
//! that Auth0 starts and ends, `api.cache`. Writes its tables and curves into the folder given as argument.
//!
//! Left out, and why: faults. What they cost stands in `docs/reliability.md`, and a month of them would say
//! more about the draw than about the engine.

mod cache;
mod chart;
mod clock;
mod fleet;
mod page;
mod runs;
mod simulation;
mod tables;
mod traffic;

#[cfg(test)]
mod bounds;

use std::path::PathBuf;

fn main() -> Result<(), String> {
    let docs =
        std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: claimsmith-capacity DOCS_FOLDER")?;
    let tables = tables::Tables::run()?;
    for (name, table) in tables.texts() {
        println!("{name}\n\n{table}");
    }
    page::write(&docs.join("capacity.md"), &tables.texts())?;
    chart::token_calls(&docs.join("capacity-tokens.svg"), &tables.by_traffic)?;
    chart::backend_calls(&docs.join("capacity-backend.svg"), &tables.answers)
}
