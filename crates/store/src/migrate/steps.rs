//! The steps themselves, and what is known about them beside their SQL.

/// One step of the schema.
pub(crate) struct Step {
    /// Its number: 1, 2, 3 …
    pub(crate) version: i64,
    /// The oldest schema whose binaries still work on the database after it. Never less than that of the step before.
    pub(crate) serves: i64,
    /// Its SQL.
    pub(crate) text: &'static str,
}

/// Every step, in order. A step is never changed once released; the next one mends it.
pub(crate) const STEPS: &[Step] = &[
    Step { version: 1, serves: 1, text: include_str!("../../migrations/0001_house.sql") },
    Step { version: 2, serves: 1, text: include_str!("../../migrations/0002_place.sql") },
    Step { version: 3, serves: 1, text: include_str!("../../migrations/0003_of_a_message.sql") },
    Step { version: 4, serves: 1, text: include_str!("../../migrations/0004_bounded.sql") },
];

/// Tables that belong to the place where a database is, and are not copied with what is in it.
pub(crate) const PLACE_TABLES: &[&str] = &["history", "backup_schedule"];

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    /// SHA-256 of each step as it was released.
    const RELEASED: &[&str] = &[
        "6612a6bbf13ec166eacc18189e0821eee8cf6aea5d1126ae8823c4857a46e284",
        "bc3fdf3b5b2d7b2c44ce66a2c990a931646239d14ae954eafd2bb3ead40caa50",
        "bfaa519ac09ee356bcc759523659183965883671cf6b256bee449ca16047bc33",
        "5b23a6da710a88ea78edc975db8a47b984a4fc40626a65ecae10441cb421da64",
    ];

    #[test]
    fn a_released_step_is_as_it_was() {
        for step in STEPS {
            let now =
                Sha256::digest(step.text).iter().fold(String::new(), |all, b| all + &format!("{b:02x}"));
            let released = RELEASED.get(step.version as usize - 1).copied().unwrap_or_default();
            assert_eq!(
                now,
                released,
                "step {} is not as it was released. never change a released step: databases that took it would differ from \
                 new ones. put it back as it was, and add the next step, {}, with what is to change. (a step that is new gets \
                 its line in RELEASED.)",
                step.version,
                STEPS.len() + 1
            );
        }
    }

    #[test]
    fn steps_are_numbered_and_never_serve_again_whom_one_before_had_left() {
        let (mut version, mut serves) = (0, 1);
        for step in STEPS {
            assert_eq!(step.version, version + 1);
            assert!(
                (serves..=step.version).contains(&step.serves),
                "step {} serves {}",
                step.version,
                step.serves
            );
            (version, serves) = (step.version, step.serves);
        }
    }

    #[test]
    fn binaries_of_schema_1_wall_no_table_of_the_instance() {
        // They put every table with a tenant_id behind the wall that is not in the list they know, at each start.
        let mut table = "";
        let serves = STEPS.last().unwrap().serves;
        for line in STEPS.iter().skip(1).flat_map(|s| s.text.lines()).take_while(|_| serves == 1) {
            if let Some(made) = line.strip_prefix("CREATE TABLE ") {
                table = made.split([' ', '(']).next().unwrap();
            }
            let instance = super::super::INSTANCE_TABLES.contains(&table) || PLACE_TABLES.contains(&table);
            assert!(!(instance && line.contains("tenant_id")), "call it something else in {table}: {line}");
            if line.ends_with(");") {
                table = "";
            }
        }
    }
}
