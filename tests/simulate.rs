//! Lives through whole weeks of a county, drawn by seeds, and holds every promise against a plain model.

#[cfg(test)]
#[path = "support/mod.rs"]
mod support;

#[cfg(test)]
mod worlds {
    use allclear::cli::simulate::{Outcome, Plan, Refusal, simulate};
    use allclear::config::Sources;
    use allclear::crash::Aim;
    use allclear::domain::language::Lang;

    use crate::support::{Fresh, fresh_sqlite};

    /// A county with three townships and so many villages, of the table that comes with the program.
    fn county(villages: usize) -> Vec<u8> {
        let table = std::fs::read_to_string("config/units/poyang.csv").unwrap();
        let mut lines = table.lines();
        let mut kept = vec![lines.next().unwrap(), lines.next().unwrap()];
        let rest: Vec<&str> = lines.collect();
        let code = |line: &str| line.split(',').next().unwrap().to_owned();
        let above = |line: &str| line.split(',').nth(1).unwrap().to_owned();
        let townships: Vec<&str> = rest
            .iter()
            .copied()
            .filter(|line| code(line).len() == 9)
            .take(3)
            .collect();
        kept.extend(&townships);
        for (place, township) in townships.iter().enumerate() {
            let few = villages / 3 + usize::from(place < villages % 3);
            let children = rest.iter().copied().filter(|line| above(line) == code(township));
            kept.extend(children.take(few));
        }
        kept.join("\n").into_bytes()
    }

    fn plan(db: &Fresh, seed: u64) -> Plan {
        Plan {
            units: county(46),
            days: 7,
            seed,
            database: db.url().to_owned(),
            relay_faults: true,
            restarts: true,
            silent: Vec::new(),
            aim: Aim::Nowhere,
            sources: Sources::default(),
            lang: Lang::En,
        }
    }

    async fn live(plan: Plan) -> Result<Outcome, Refusal> {
        tokio::task::spawn_blocking(move || simulate(&plan))
            .await
            .unwrap()
    }

    async fn holds(db: Fresh, plan: Plan) -> Outcome {
        let (seed, days) = (plan.seed, plan.days);
        let outcome = live(plan).await;
        db.remove().await;
        let outcome = outcome.unwrap_or_else(|refusal| panic!("seed {seed}: {refusal:?}"));
        let failures = outcome.failures();
        assert!(
            failures.is_empty(),
            "seed {seed}, {days} days\n{}",
            failures.join("\n")
        );
        assert_eq!((outcome.lost, outcome.duplicates), (0, 0), "seed {seed}");
        outcome
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_quiet_week_holds() {
        let db = fresh_sqlite();
        let quiet = Plan {
            relay_faults: false,
            restarts: false,
            ..plan(&db, 1)
        };
        holds(db, quiet).await;
    }

    async fn a_bad_week(db: Fresh, seed: u64) {
        let plan = plan(&db, seed);
        let outcome = holds(db, plan).await;
        assert!(outcome.deaths > 0, "seed {seed}: the process never died");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_week_with_a_bad_relay_and_a_process_that_dies_holds() {
        let seeds = std::env::var("SEEDS").unwrap_or("2".to_owned());
        for seed in seeds.split(',') {
            a_bad_week(fresh_sqlite(), seed.parse().unwrap()).await;
        }
    }
}
