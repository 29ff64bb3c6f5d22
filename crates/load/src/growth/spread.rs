//! A median with the least and the most it came from.

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    pub(super) least: f64,
    pub(super) median: f64,
    pub(super) most: f64,
}

impl Spread {
    /// Of measured values; of none, nothing is a number.
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |n: usize| values.get(n).copied().unwrap_or(f64::NAN);
        Self { least: at(0), median: at(values.len() / 2), most: at(values.len().saturating_sub(1)) }
    }
}

/// Microseconds of server CPU a delivery, the server's and the raw loop's.
pub(super) struct Cost {
    /// Members of the channel.
    pub(super) members: usize,
    pub(super) each: Spread,
    /// That of the raw loop, which does nothing but write.
    pub(super) raw: Spread,
    /// The client's share of a core.
    pub(super) client: f64,
}

impl Cost {
    pub(super) fn words(&self) -> String {
        let Spread { least, median, most } = &self.each;
        format!("{}: {median:.2} ({least:.2} to {most:.2}; raw {:.2})", self.members, self.raw.median)
    }
}

/// How much more a delivery costs with many than with few members, ours and the raw loop's.
pub(super) struct Growth {
    pub(super) few: f64,
    pub(super) many: f64,
    pub(super) most_members: usize,
    pub(super) raw: f64,
    pub(super) words: String,
    pub(super) client: f64,
}

impl Growth {
    /// From the first cost to the last; of none, nothing is a number.
    pub(super) fn of(costs: &[Cost]) -> Self {
        let of = |cost: Option<&Cost>| {
            cost.map_or((f64::NAN, f64::NAN, 0), |c| (c.each.median, c.raw.median, c.members))
        };
        let ((few, raw_few, _), (many, raw_many, most_members)) = (of(costs.first()), of(costs.last()));
        let words: Vec<String> = costs.iter().map(Cost::words).collect();
        Self {
            few,
            many,
            most_members,
            raw: raw_many / raw_few,
            words: words.join(", "),
            client: costs.iter().map(|c| c.client).fold(0.0, f64::max),
        }
    }

    pub(super) fn ratio(&self) -> f64 {
        self.many / self.few
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_from_the_first_to_the_last() {
        let cost = |members, each: f64, raw: f64| Cost {
            members,
            each: Spread::of(vec![9.0 * each, each, 0.0]),
            raw: Spread::of(vec![raw]),
            client: each / 100.0,
        };
        let growth = Growth::of(&[cost(100, 4.0, 3.0), cost(1_000, 50.0, 8.0), cost(10_000, 6.0, 6.0)]);
        assert_eq!((growth.ratio(), growth.raw, growth.most_members), (1.5, 2.0, 10_000));
        assert_eq!((growth.few, growth.many, growth.client), (4.0, 6.0, 0.5));
        assert!(growth.words.starts_with("100: 4.00 (0.00 to 36.00; raw 3.00), 1000: "), "{}", growth.words);
        assert!(Growth::of(&[]).ratio().is_nan());
    }
}
