//! The HTTP surface in process: who may call what (the walk), what is refused (bad input), what never leaks.
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod walk;
