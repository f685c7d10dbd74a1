//! Prints the schema of the configuration; with `--page` the reference that is made of it, with `--report` the schema of
//! the report, with `--facts` the names that JavaScript shares.

use std::process::ExitCode;

fn main() -> ExitCode {
    let schema = claimsmith_compile::schema::schema();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => println!("{schema:#}"),
        ["--report"] => println!("{:#}", claimsmith_compile::schema::report_schema()),
        ["--facts"] => println!("{:#}", claimsmith_compile::schema::facts()),
        ["--page"] => print!("{}", claimsmith_compile::schema::page::page(&schema)),
        _ => {
            eprintln!("usage: claimsmith-schema [--page | --report | --facts]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
