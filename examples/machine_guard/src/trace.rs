//! The built-in simulation: five days of a machine that runs, heats up, cools down and fails at last.

use std::f64::consts::TAU;

use fastrand::Rng;

use crate::reading::Reading;

/// Five days, a reading every five minutes.
pub(crate) const READINGS: u32 = 1_440;
const A_DAY: u32 = 288;
const MINUTES: u32 = 5;

/// A hot spell: the load is too high for some hours.
const HOT: std::ops::Range<u32> = 430..560;
/// A loose contact, shorter than what the recipe takes for a failure.
const LOOSE_CONTACT: std::ops::Range<u32> = 800..802;
/// Where the failure begins, give or take.
const FAILURE: std::ops::Range<u32> = 1_180..1_260;

/// The readings of one simulated machine; the same seed gives the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    random: Rng,
    temperature: f64,
    next: u32,
    /// Readings in which the sensor tells nonsense.
    glitches: [u32; 4],
    failure: u32,
}

impl Trace {
    /// The machine of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        // One in each of four stretches, none of which touches another event.
        let glitches = [40..400, 600..780, 820..960, 970..1_150].map(|stretch| random.u32(stretch));
        let failure = random.u32(FAILURE);
        Self { random, temperature: 82.0, next: 0, glitches, failure }
    }

    /// How many readings were taken, and how many there are.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.next.into(), READINGS.into())
    }

    /// Where the temperature would settle if nothing changed any more, and how much it follows in five minutes.
    fn drift(&self, at: u32) -> (f64, f64) {
        let daily = 84.0 + 5.0 * (TAU * f64::from(at) / f64::from(A_DAY)).sin();
        match at {
            at if at >= self.failure => (20.0, 0.09),
            at if HOT.contains(&at) => (daily + 25.0, 0.06),
            _ => (daily, 0.08),
        }
    }
}

impl Iterator for Trace {
    type Item = Reading;

    fn next(&mut self) -> Option<Reading> {
        let at = self.next;
        if at >= READINGS {
            return None;
        }
        self.next += 1;
        let (target, follows) = self.drift(at);
        self.temperature += (target - self.temperature) * follows + self.random.f64() * 1.6 - 0.8;
        let value = match at {
            at if self.glitches.contains(&at) => [-100.0, 250.0][self.random.usize(..2)],
            at if LOOSE_CONTACT.contains(&at) => 38.0 + self.random.f64(),
            _ => self.temperature,
        };
        Some(Reading { timestamp: timestamp(at), value: (value * 100.0).round() / 100.0 })
    }
}

/// The first of January and what follows; five days do not leave the month.
fn timestamp(at: u32) -> String {
    let minutes = at * MINUTES;
    let (day, hour, minute) = (minutes / 1_440 + 1, minutes / 60 % 24, minutes % 60);
    format!("2024-01-{day:02} {hour:02}:{minute:02}:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_readings_and_another_seed_others() {
        let one: Vec<_> = Trace::new(1).collect();
        assert_eq!(one.len(), READINGS as usize);
        assert_eq!(one, Trace::new(1).collect::<Vec<_>>());
        assert_ne!(one, Trace::new(2).collect::<Vec<_>>());
        assert_eq!(one[0].timestamp, "2024-01-01 00:00:00");
        assert_eq!(one[1_439].timestamp, "2024-01-05 23:55:00");
    }

    #[test]
    fn every_machine_holds_till_its_failure_and_then_goes_cold() {
        for seed in 0..300 {
            let failure = Trace::new(seed).failure as usize;
            let readings: Vec<_> = Trace::new(seed).map(|reading| reading.value).collect();
            let cold =
                |from: usize, to: usize| readings[from..to].iter().filter(|value| (-20.0..45.0).contains(*value));
            assert_eq!(cold(0, failure).count(), 2, "seed {seed}: the loose contact and nothing else");
            let nonsense = readings.iter().filter(|value| !(-20.0..180.0).contains(*value));
            assert_eq!(nonsense.count(), 4, "seed {seed}");
            assert!(cold(failure, failure + 40).count() > 10, "seed {seed}");
            let hottest = readings[..failure].iter().copied().filter(|value| *value < 180.0).fold(0.0, f64::max);
            assert!((103.0..120.0).contains(&hottest), "seed {seed}: {hottest}");
        }
    }
}
