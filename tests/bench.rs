//! Holds that a measurement runs from end to end and answers with its keys; it asserts no times.

#[cfg(test)]
mod figures {
    use std::process::Command;

    use serde_json::Value;

    fn measured(further: &[&str]) -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_allclear"));
        command
            .args(["bench", "--format", "json", "--seconds", "0.2"])
            .args(further);
        let done = command.output().unwrap();
        let complaint = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{complaint}");
        serde_json::from_slice(&done.stdout).unwrap()
    }

    fn holds(found: &Value, database: &str) {
        assert_eq!(found["database"], database);
        for key in [
            "echo_per_s",
            "durable_per_s",
            "ratio_echo",
            "ratio_echo_cpu",
            "letters_per_s",
        ] {
            // A CPU ratio of so short a run may be nothing over nothing.
            let there = found[key].as_f64().is_some_and(|n| n > 0.0) || key == "ratio_echo_cpu";
            assert!(there, "{key}: {found}");
        }
        let asked_for = |key: &&str| found[*key].is_null();
        assert!(["pass_620k_ms", "start_ms", "urgent_ratio"].iter().all(asked_for));
    }

    #[test]
    fn a_short_measurement_gives_its_figures_on_sqlite() {
        holds(&measured(&["--only", "echo,durable,letters"]), "sqlite");
    }

    #[test]
    fn a_short_measurement_gives_its_figures_on_postgresql() {
        let server = std::env::var("ALLCLEAR_TEST_POSTGRES").expect("tests/run starts a server");
        let found = measured(&["--only", "echo,durable,letters", "--database", &server]);
        holds(&found, "postgres");
    }
}
