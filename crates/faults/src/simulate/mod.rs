//! The application under a seed: people act, answers get lost, wake-ups are lost, doubled and come in the wrong order,
//! the process dies between commits, people move from one node to the other. No sockets, no sleeping, a disk in memory.
//!
//! Laws, looked at in the end of each seed: what was acknowledged is there once; a room's messages are numbered without
//! a gap and in the order of the log; each client heard exactly what it had the right to hear, once and in order; and
//! what it knew plus what it heard is what it would be told if it asked anew.

mod client;
mod deed;
mod oracle;
mod world;

use crate::{Failure, Result};
use client::Client;
use portico_types::{Rng, SeededRng};
use std::fmt::Display;
use world::{Node, Template, World};

/// Steps of a seed.
const STEPS: usize = 24;

/// What a seed did, for adding up.
#[derive(Default, Debug)]
pub(crate) struct Counts {
    commands: u64,
    retries: u64,
    crashes: u64,
    cuts: u64,
    heard: u64,
}

/// Dice of a seed, and its story for whoever wants to read it.
pub(crate) struct Fate {
    rng: SeededRng,
    tell: bool,
}

impl Fate {
    fn below(&mut self, n: usize) -> usize {
        (self.rng.next_u64() % n.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    #[expect(clippy::print_stderr, reason = "the story of a seed is for whoever asked for it")]
    fn say(&self, what: impl Display) {
        if self.tell {
            eprintln!("  {what}");
        }
    }
}

/// Runs seeds one after the other; prints how to replay one that fails.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the outcome is what this is for")]
pub(crate) fn seeds(from: u64, count: u64, tell: bool) -> Result<bool> {
    let clock = crate::clock::Clock::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let template = runtime.block_on(Template::new())?;
    let (mut all, mut failed) = (Counts::default(), 0);
    for seed in from..from + count {
        match runtime.block_on(patient(&template, seed, tell)) {
            Ok(Ok(counts)) => {
                all.commands += counts.commands;
                all.retries += counts.retries;
                all.crashes += counts.crashes;
                all.cuts += counts.cuts;
                all.heard += counts.heard;
            }
            other => {
                failed += 1;
                let why = other
                    .map_or_else(|_| Failure::from("it hangs"), |o| o.err().unwrap_or_else(|| "?".into()));
                eprintln!("seed {seed} fails: {why}");
                eprintln!("  again: portico-faults simulate --from {seed} --seeds 1 --tell");
                if failed == 5 {
                    break;
                }
            }
        }
    }
    println!(
        "seeds {from} to {}: {failed} failed; {} commands, {} asked again, {} crashes, {} cuts, {} events heard; {:.0} s",
        from + count - 1,
        all.commands,
        all.retries,
        all.crashes,
        all.cuts,
        all.heard,
        clock.elapsed().as_secs_f64()
    );
    Ok(failed == 0)
}

/// Nothing waits for time here, so what takes so long would never end.
async fn patient(
    template: &Template,
    seed: u64,
    tell: bool,
) -> std::result::Result<Result<Counts>, tokio::time::error::Elapsed> {
    tokio::time::timeout(crate::clock::PATIENCE, run(template, seed, tell)).await
}

async fn run(template: &Template, seed: u64, tell: bool) -> Result<Counts> {
    let mut fate = Fate { rng: SeededRng::new(seed), tell };
    let mut world = World::open(template, seed)?;
    let mut clients = Vec::new();
    for person in 0..world.people.len() {
        for node in [Node::A, Node::B] {
            clients.push(Client::enter(&mut world, person, node).await?);
        }
    }
    for _ in 0..STEPS {
        world.pass_time(&mut fate);
        match fate.below(10) {
            0..=3 => world.act(&mut fate).await?,
            4 | 5 => world.deliver(&mut fate),
            6..=8 => {
                let n = fate.below(clients.len());
                let frames = fate.below(12);
                fate.say(format_args!("client {n} reads {frames} and is cut"));
                world.mark().await?;
                clients[n].read(&mut world, Some(frames)).await?;
                let node = if fate.chance(50) { Node::A } else { Node::B };
                clients[n].cut(&mut world, node).await?;
                world.counts.cuts += 1;
            }
            _ => {
                if fate.chance(40) {
                    fate.say("the process dies");
                    world.crash().await?;
                    for client in &mut clients {
                        client.gone();
                    }
                    for client in &mut clients {
                        client.come_back(&mut world).await?;
                    }
                }
            }
        }
    }
    world.settle(&mut fate).await?;
    world.mark().await?;
    for client in &mut clients {
        client.read(&mut world, None).await?;
    }
    oracle::check(&mut world, &clients).await?;
    world.counts.heard = clients.iter().map(|c| c.heard.len() as u64).sum();
    Ok(world.counts)
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_the_laws() {
        assert!(super::seeds(1, 200, false).unwrap());
    }
}
