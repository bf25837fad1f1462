//! Arguments, settings, tracing, run, exit code.

fn main() -> std::process::ExitCode {
    ringback::io::cli::main()
}
