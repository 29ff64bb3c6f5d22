//! The child's side: give up everything, read one picture, answer, end.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use super::sandbox::Sandbox;
use super::{MAX_INPUT_BYTES, pictures, wire};

/// Runs the image worker: one picture from standard input to its end, the answer to standard output. For the
/// server's hidden subcommand [`super::SUBCOMMAND`], called first thing in `main`, before threads, settings and
/// logs: what the process has never opened it cannot leak.
pub fn run_worker() -> ExitCode {
    let sandbox = Sandbox::enter();
    match answer(sandbox) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("image worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer(sandbox: Sandbox) -> io::Result<()> {
    let mut input = Vec::new();
    // One byte more than allowed, so that an excess is seen and not cut off.
    io::stdin().lock().take(MAX_INPUT_BYTES + 1).read_to_end(&mut input)?;
    let outcome = pictures::process(&input);
    let mut out = io::stdout().lock();
    wire::write(&mut out, sandbox, &outcome)?;
    out.flush()
}
