//! Prints the schema of the configuration, or with `--page` the reference that is made of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let schema = claimsmith_schema::schema();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => println!("{schema:#}"),
        ["--page"] => print!("{}", claimsmith_schema::page::page(&schema)),
        _ => {
            eprintln!("usage: claimsmith-schema [--page]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
