//! A node killed, the bus silent for all and for one, the bucket silent for two.

use super::{
    crowd::{latency, meanwhile, recovered},
    world::{self, NODES, World, ready},
};
use crate::{Result, clock::Clock, server::Server};
use serde_json::json;
use std::time::Duration;

/// Notes must travel again so soon after the bus is back.
const BACK: Duration = Duration::from_secs(15);
/// A bucket that is silent may take so long to be given up.
const REFUSED: Duration = Duration::from_secs(30);

pub(crate) fn killed(world: &mut World, _: bool) -> Result<(String, bool)> {
    let (took, outcome) = meanwhile(world, "killed", Some(0), |world| {
        let clock = Clock::start();
        clock.reach(Duration::from_secs(1));
        let id = world.nodes[0].child.id().to_string();
        let killed = std::process::Command::new("kill").args(["-9", &id]).status()?;
        if !killed.success() {
            return Err("kill failed".into());
        }
        clock.reach(Duration::from_secs(2));
        let clock = Clock::start();
        world.nodes[0] = world.start(0)?;
        world.all("ready")?;
        Ok(clock.elapsed())
    })?;
    let counts = format!("{outcome}; ready {:.1} s after its start", took.as_secs_f64());
    Ok((counts, outcome.clean() && outcome.moved > 0))
}

pub(crate) fn bus(world: &mut World, long: bool) -> Result<(String, bool)> {
    without_bus(world, long, "nobus", NODES.into())
}

pub(crate) fn bus_of_one(world: &mut World, long: bool) -> Result<(String, bool)> {
    without_bus(world, long, "onebus", 1)
}

/// The first `cut` nodes get and say nothing over the bus for a while.
fn without_bus(world: &mut World, long: bool, name: &str, cut: usize) -> Result<(String, bool)> {
    let hold = Duration::from_secs(if long { 60 } else { 15 });
    let was = latency(world, 0, 1, 100)?;
    let (during, outcome) = meanwhile(world, name, None, |world| {
        for node in 0..cut {
            world.cut(node, &world::bus(), false)?;
        }
        let clock = Clock::start();
        clock.reach(hold / 2);
        let during = latency(world, 0, 1, 5)?;
        clock.reach(hold);
        for node in 0..cut {
            world.mend(node, &world::bus(), false)?;
        }
        Ok(during)
    })?;
    let (took, now) = recovered(world, 0, 1, was)?;
    let clock = Clock::start();
    world.all("ready")?;
    let took = took + clock.elapsed();
    let counts = format!(
        "{} s: {outcome}; latency {:.1} ms before, {:.0} ms meanwhile, {:.1} ms {:.1} s after",
        hold.as_secs(),
        was.as_secs_f64() * 1e3,
        during.as_secs_f64() * 1e3,
        now.as_secs_f64() * 1e3,
        took.as_secs_f64(),
    );
    // Meanwhile the logs are looked at every half second, each way.
    Ok((counts, outcome.clean() && took < BACK && during < Duration::from_secs(1)))
}

pub(crate) fn bucket(world: &mut World, _: bool) -> Result<(String, bool)> {
    let ((refusals, elsewhere, slowest, back), outcome) = meanwhile(world, "nobucket", None, |world| {
        for node in 0..2 {
            world.cut(node, &world::bucket(), false)?;
        }
        let (mut refusals, mut slowest) = (Vec::new(), Duration::ZERO);
        for node in &world.nodes[..2] {
            let clock = Clock::start();
            let (status, answer) = upload(world, node, "lost")?;
            slowest = slowest.max(clock.elapsed());
            refusals.push(format!("{status} {}", answer["error"]["message"].as_str().unwrap_or("?")));
        }
        let elsewhere = upload(world, &world.nodes[2], "elsewhere")?.0;
        let degraded = ready(&world.nodes[0])?;
        refusals.push(format!("{} files {}", degraded.0, degraded.1["files"].as_str().unwrap_or("?")));
        for node in 0..2 {
            world.mend(node, &world::bucket(), false)?;
        }
        let clock = Clock::start();
        while upload(world, &world.nodes[0], "back")?.0 != 201 {
            clock.patience("an upload")?;
        }
        world.all("ready")?;
        Ok((refusals, elsewhere, slowest, clock.elapsed()))
    })?;
    let counts = format!(
        "{outcome}; uploads there {:?}, {:.1} s at most, at the third {elsewhere}; all well {:.1} s after",
        refusals,
        slowest.as_secs_f64(),
        back.as_secs_f64()
    );
    let said = refusals[..2].iter().all(|r| r.starts_with("503") && r.contains("files cannot be reached"));
    let good = outcome.clean()
        && said
        && refusals[2] == "200 files down"
        && elsewhere == 201
        && slowest < REFUSED
        && back < BACK;
    Ok((counts, good))
}

fn upload(world: &World, node: &Server, what: &str) -> Result<(u16, serde_json::Value)> {
    let body = json!({"what": what}).to_string();
    node.line()?.ask("POST", "/files?name=plan.json", &world.who.token, "", &body)
}
