//! The organization of the mixed users: blocks of five hundred people who share a hundred channels and write to each
//! other, and one channel of everybody.

use crate::{
    Result,
    house::{self, Made},
    lane::world,
    make::World,
    run::Place,
};
use std::path::PathBuf;

/// People of a block; they share rooms with nobody outside it but the channel of everybody.
const BLOCK: usize = 500;
const CHANNELS: usize = 100;
/// Channels of a person, each of forty people.
const MINE: usize = 8;
/// People somebody has written to first; as many have written to them.
const DIRECTS: usize = 3;
/// Messages at the start.
const IN_CHANNEL: usize = 60;
const IN_DIRECT: usize = 4;

/// Who there is and where.
pub(super) struct People {
    pub(super) world: World,
    pub(super) rooms: Vec<Made>,
    /// Channels of each person.
    pub(super) channels: Vec<Vec<usize>>,
    /// Direct rooms of each person.
    pub(super) directs: Vec<Vec<usize>>,
}

/// Makes the organization in a directory of this name and says where.
pub(super) fn make(place: &Place, name: &str, count: usize) -> Result<(PathBuf, People)> {
    let (data, world) = world(place, name, count, 1)?;
    let mut plans = Vec::new();
    let (mut channels, mut directs) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for block in (0..count).step_by(BLOCK) {
        let size = BLOCK.min(count - block);
        let first = plans.len();
        plans.extend((0..CHANNELS).map(|_| house::Plan {
            people: Vec::new(),
            direct: false,
            messages: IN_CHANNEL,
        }));
        for i in 0..size {
            for k in 0..MINE {
                let room = first + (i * 7 + k * 13) % CHANNELS;
                plans[room].people.push(block + i);
                channels[block + i].push(room);
            }
            for other in (1..=DIRECTS).map(|d| block + (i + d) % size) {
                directs[block + i].push(plans.len());
                directs[other].push(plans.len());
                plans.push(house::Plan { people: vec![block + i, other], direct: true, messages: IN_DIRECT });
            }
        }
    }
    let rooms = house::rooms(&data, &world, &plans)?;
    Ok((data, People { world, rooms, channels, directs }))
}
