//! Whether things stay as fast as they were small: the cost of a delivery in channels of more and more members, and
//! the newest page of a channel with more and more messages.

mod members;
mod messages;
mod raw_loop;
mod sockets;
mod spread;

use crate::{Result, report::Row, run::Place};

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let mut rows = members::measure(place, failures)?;
    rows.extend(sockets::measure(place, failures)?);
    rows.push(messages::measure(place, failures)?);
    Ok(rows)
}
