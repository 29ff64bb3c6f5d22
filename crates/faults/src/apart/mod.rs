//! Three nodes on machines of their own, and a network that loses: a node killed, the bus, the database and the bucket cut
//! off without a word. Namespaces stand for machines; without root there are none, and the run says so.

mod crowd;
mod database;
mod others;
mod wires;
mod world;

use crate::{
    Result,
    table::{Line, Place},
};
use world::World;

/// What breaks one thing, at length or not, and gives what was counted and whether it is well.
type Fault = fn(&mut World, bool) -> Result<(String, bool)>;

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let mut world = World::begin(place)?;
    let parts: [(&str, Fault); 8] = [
        ("three machines: a node killed and started again", others::killed),
        ("three machines: the bus cut off from all", others::bus),
        ("three machines: a node cut off from the bus", others::bus_of_one),
        ("three machines: PostgreSQL restarted under load", database::restarted),
        ("three machines: a node cut off from the database", database::cut),
        ("three machines: the database's answers to a node lost", database::answers_lost),
        ("three machines: PostgreSQL frozen", database::frozen),
        ("three machines: two nodes cut off from the bucket", others::bucket),
    ];
    let mut lines = Vec::new();
    for (what, part) in parts {
        // What was cut must be whole again for the next: a part that fails ends the run.
        match part(&mut world, place.long) {
            Ok((counts, good)) => lines.push(Line::new(what, counts, good)),
            Err(e) => {
                lines.push(Line::new(what, format!("could not be done: {e}"), false));
                break;
            }
        }
    }
    Ok(lines)
}
