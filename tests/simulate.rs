//! Lives through whole weeks of a county, drawn by seeds, and holds every promise against a plain model.

#[cfg(test)]
#[path = "support/mod.rs"]
mod support;

#[cfg(test)]
mod worlds {
    use std::collections::BTreeSet;

    use allclear::cli::simulate::{Outcome, Plan, Refusal, simulate};
    use allclear::config::Sources;
    use allclear::crash::{Aim, Point};
    use allclear::domain::language::Lang;

    use crate::support::{Fresh, fresh_postgres, fresh_sqlite};

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
            rosters: true,
            drills: true,
            twin: false,
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
        assert!(met(&outcome).len() >= 5, "seed {seed}: {:?}", met(&outcome));
    }

    /// Gives the faults of the mail server that letters met.
    fn met(outcome: &Outcome) -> BTreeSet<String> {
        let met = outcome.faults.iter().filter(|(_, times)| **times > 0);
        met.map(|(fault, _)| fault.clone()).collect()
    }

    /// Defines one test a seed: a week of 50 units with a bad relay and a process that dies.
    macro_rules! seeds {
        ($($name:ident = $seed:literal on $fresh:expr;)+) => {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                a_bad_week($fresh, $seed).await;
            }
        )+};
    }

    seeds! {
        seed_1_holds = 1 on fresh_sqlite();
        seed_2_holds = 2 on fresh_sqlite();
        seed_3_holds = 3 on fresh_sqlite();
        seed_4_holds = 4 on fresh_sqlite();
        seed_5_holds = 5 on fresh_sqlite();
        seed_6_holds = 6 on fresh_sqlite();
        seed_7_holds = 7 on fresh_sqlite();
        seed_8_holds = 8 on fresh_sqlite();
        seed_9_holds = 9 on fresh_sqlite();
        seed_10_holds_on_postgresql = 10 on fresh_postgres().await;
        seed_11_holds_on_postgresql = 11 on fresh_postgres().await;
        seed_12_holds_on_postgresql = 12 on fresh_postgres().await;
    }

    /// Seeds from one to another, both included; `ALLCLEAR_SEEDS=7..19` lives through others.
    fn seeds() -> std::ops::RangeInclusive<u64> {
        let said = std::env::var("ALLCLEAR_SEEDS").ok();
        let bounds = said.as_deref().and_then(|text| text.split_once(".."));
        bounds.map_or(11..=200, |(from, until)| {
            from.parse().unwrap()..=until.parse().unwrap()
        })
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "an hour; tests/run --long"]
    async fn two_hundred_seeds_hold() {
        let (mut known, mut met_at_all) = (BTreeSet::new(), BTreeSet::new());
        for seed in seeds() {
            let db = if seed % 4 == 0 {
                fresh_postgres().await
            } else {
                fresh_sqlite()
            };
            let plan = plan(&db, seed);
            let outcome = holds(db, plan).await;
            met_at_all.extend(met(&outcome));
            known.extend(outcome.faults.into_keys());
        }
        // A few seeds do not come to everything.
        if seeds().count() >= 20 {
            assert_eq!(met_at_all, known, "no letter met the others");
        }
    }

    async fn a_month(db: Fresh) {
        let units = std::fs::read("config/units/poyang.csv").unwrap();
        let month = Plan {
            units,
            days: 30,
            ..plan(&db, 1)
        };
        let outcome = holds(db, month).await;
        let known: BTreeSet<String> = outcome.faults.keys().cloned().collect();
        assert_eq!(met(&outcome), known, "no letter met the others");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "a county for a month; tests/run --long"]
    async fn a_month_of_the_whole_county_holds() {
        a_month(fresh_sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "a county for a month; tests/run --long"]
    async fn a_month_of_the_whole_county_holds_on_postgresql() {
        a_month(fresh_postgres().await).await;
    }

    /// A day of five villages in which a process stops once.
    fn small(db: &Fresh, aim: Aim) -> Plan {
        Plan {
            units: county(5),
            days: 1,
            relay_faults: false,
            restarts: false,
            aim,
            ..plan(db, 14)
        }
    }

    /// Stops once at each occurrence of each point; `every` passes over the others.
    async fn stop_everywhere(every: u32, fresh: impl AsyncFn() -> Fresh) {
        let db = fresh().await;
        let never = Aim::At(Point::Migrate, u32::MAX);
        let whole = small(&db, never);
        let passes = holds(db, whole).await.passes;
        let missed: Vec<_> = Point::ALL
            .iter()
            .filter(|point| !passes.contains_key(point))
            .collect();
        assert!(missed.is_empty(), "the small day never comes to {missed:?}");
        for (point, times) in passes {
            for time in (1..=times).filter(|time| *time == times || (time - 1) % every == 0) {
                let db = fresh().await;
                let plan = small(&db, Aim::At(point, time));
                let outcome = holds(db, plan).await;
                assert_eq!(outcome.deaths, 1, "{point} {time}");
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_process_may_stop_at_every_point() {
        stop_everywhere(15, async || fresh_sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_process_may_stop_at_every_point_on_postgresql() {
        stop_everywhere(100, fresh_postgres).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "every occurrence of every point; tests/run --long"]
    async fn a_process_may_stop_at_every_occurrence_of_every_point() {
        stop_everywhere(1, async || fresh_sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "every occurrence of every point; tests/run --long"]
    async fn a_process_may_stop_at_every_occurrence_of_every_point_on_postgresql() {
        stop_everywhere(1, fresh_postgres).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn two_processes_on_one_postgresql_do_each_step_once() {
        let db = fresh_postgres().await;
        let pair = Plan {
            units: county(12),
            days: 2,
            twin: true,
            ..plan(&db, 21)
        };
        holds(db, pair).await;
    }

    /// A unit without a code is known by its name under the unit above.
    #[tokio::test(flavor = "multi_thread")]
    async fn units_without_a_code_are_lived_with() {
        let table = String::from_utf8(county(6)).unwrap();
        let office = ",361128,县水利局,部门,,局值班室,water@poyang.example,,,0793-000-0611";
        let db = fresh_sqlite();
        let with_offices = Plan {
            units: format!("{table}\n{office}\n").into_bytes(),
            days: 2,
            ..plan(&db, 22)
        };
        let outcome = holds(db, with_offices).await;
        assert_eq!(outcome.units, 11);
    }

    /// The same seed tells the same story, whatever the machine is doing.
    #[tokio::test(flavor = "multi_thread")]
    async fn the_same_seed_tells_the_same_story() {
        let mut told = Vec::new();
        for db in [fresh_sqlite(), fresh_sqlite()] {
            let two_days = Plan {
                units: county(9),
                days: 2,
                ..plan(&db, 12)
            };
            told.push(holds(db, two_days).await.timeline);
        }
        assert!(told[0].lines().count() > 50);
        assert_eq!(told[0], told[1]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_database_that_holds_something_is_refused() {
        let db = fresh_sqlite();
        let short = || Plan {
            units: county(3),
            days: 1,
            relay_faults: false,
            restarts: false,
            ..plan(&db, 1)
        };
        assert!(live(short()).await.unwrap().holds());
        assert_eq!(live(short()).await.unwrap_err(), Refusal::NotEmpty);
        db.remove().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_village_that_stays_silent_is_chased_up_to_the_leader() {
        let db = fresh_sqlite();
        let silent = Plan {
            units: county(6),
            days: 1,
            relay_faults: false,
            restarts: false,
            rosters: false,
            ..plan(&db, 1)
        };
        let known = String::from_utf8(silent.units.clone()).unwrap();
        let codes: Vec<String> = known
            .lines()
            .filter_map(|l| l.split(',').next())
            .filter(|c| c.len() == 12)
            .take(2)
            .map(str::to_owned)
            .collect();
        let silent = Plan {
            silent: codes.clone(),
            ..silent
        };
        let outcome = holds(db, silent).await;
        assert!(outcome.missing >= 2 * 2, "both rounds of both");
        for code in codes {
            let lines = outcome.timeline.split(&format!("\n{code} ")).nth(1).unwrap();
            let lines = lines.split("\n\n").next().unwrap();
            assert!(lines.contains("leader@county.example"), "{lines}");
        }
    }

    /// The keys of the object, in order, are a promise to scripts.
    #[test]
    fn the_command_tells_a_run_as_one_object_and_refuses_a_full_database() {
        let folder = tempfile::tempdir().unwrap();
        let (units, db) = (folder.path().join("units.csv"), folder.path().join("sim.db"));
        std::fs::write(&units, county(3)).unwrap();
        let run = || {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_allclear"));
            command
                .args([
                    "simulate", "--days", "1", "--seed", "3", "--format", "json", "--units",
                ])
                .arg(&units);
            command.arg("--database").arg(format!("sqlite:{}", db.display()));
            command.current_dir(folder.path()).output().unwrap()
        };
        let first = run();
        let said = String::from_utf8(first.stdout).unwrap();
        assert!(
            first.status.success(),
            "{said} {}",
            String::from_utf8_lossy(&first.stderr)
        );
        let keys = [
            "seed",
            "days",
            "units",
            "expected",
            "on_time",
            "late",
            "missing",
            "excused",
            "letters",
            "reminder",
            "overdue",
            "escalated",
            "urgent",
            "follow_up",
            "recipients",
            "duplicates",
            "lost",
            "invariants",
            "name",
            "held",
            "detail",
            "wall_ms",
        ];
        let places: Vec<usize> = keys
            .iter()
            .map(|key| said.find(&format!("\"{key}\":")).unwrap())
            .collect();
        assert!(places.is_sorted(), "{said}");
        let second = run();
        assert_eq!(second.status.code(), Some(1));
        assert!(second.stdout.is_empty() && !second.stderr.is_empty());
    }
}
