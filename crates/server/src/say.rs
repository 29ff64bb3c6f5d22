//! Lines for whoever typed the command. Not the log, and never a reason to stop.

use std::{fmt::Display, io::Write};

/// Prints to standard output. A reader who has gone (`portico serve | head -1`) must not take the server along, as
/// `println!` would.
pub(crate) fn say(text: impl Display) {
    let mut out = std::io::stdout().lock();
    // Nobody is left to be told that nobody is left.
    let _gone = writeln!(out, "{text}").and_then(|()| out.flush());
}
