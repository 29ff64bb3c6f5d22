//! The operating system's randomness.

use portico_types::Rng;

pub(crate) struct SystemRng;

impl Rng for SystemRng {
    #[expect(
        clippy::disallowed_methods,
        clippy::panic,
        reason = "the one place that asks the operating system for randomness; without it nothing secret can be made"
    )]
    fn fill(&mut self, out: &mut [u8]) {
        if let Err(e) = getrandom::fill(out) {
            panic!("the operating system gives no randomness: {e}");
        }
    }
}
