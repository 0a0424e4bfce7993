//! What measurements ask of the database.

use super::ground::{at, ground, number, run};
use crate::support::on_both;

on_both!(
    everything_owed_is_given_and_met_but_for_one_in_so_many,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        assert!(tx.all_unmet().await.unwrap().is_empty());
        let (round, [a, b]) = g.owed(&mut tx).await;
        let [x, y] = g.villages;
        assert_eq!(tx.all_unmet().await.unwrap(), [(x, a), (y, b)]);
        assert!(tx.excuse(a, g.officer, "停电", at(1)).await.unwrap());
        assert_eq!(tx.all_unmet().await.unwrap(), [(y, b)]);
        let crowd = g.crowd(&mut tx, round, 300, 1000).await;
        tx.meet_all_but_one_in(10, at(2)).await.unwrap();
        let left = tx.all_unmet().await.unwrap();
        assert!(left.iter().all(|(_, id)| id.0 % 10 == 0), "{left:?}");
        assert_eq!(left.iter().filter(|(_, id)| crowd.contains(id)).count(), 100);
    }
);

on_both!(a_copy_of_a_round_is_written_and_taken_back, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (round, _) = g.owed(&mut tx).await;
    let next = g.round(&mut tx, "2026-06-02", 200).await;
    g.owed_in(&mut tx, next, 200).await;
    assert_eq!(
        tx.copy_round(round, at(99)).await.unwrap(),
        0,
        "nothing is due then"
    );
    assert_eq!(tx.copy_round(round, at(100)).await.unwrap(), 2);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM obligation").await, 6);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM obligation_source").await, 6);
    tx.remove_copy(round, at(100)).await.unwrap();
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM obligation").await, 4);
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM obligation_source").await, 4);
    tx.remove_copy(round, at(100)).await.unwrap();
    assert_eq!(tx.all_unmet().await.unwrap().len(), 4);
});

on_both!(
    a_measurement_has_a_schema_of_its_own_on_a_server,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        if !db.is_postgres() {
            assert!(tx.make_own_schema().await.is_err() && tx.drop_own_schema().await.is_err());
            return;
        }
        const COUNT: &str =
            "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'a \"𠮷\" b'";
        run(
            &mut tx,
            "SELECT set_config('allclear.bench', 'a \"𠮷\" b', false)",
        )
        .await;
        tx.drop_own_schema().await.unwrap();
        tx.make_own_schema().await.unwrap();
        assert_eq!(number(&mut tx, COUNT).await, 1);
        tx.drop_own_schema().await.unwrap();
        assert_eq!(number(&mut tx, COUNT).await, 0);
        assert_eq!(
            number(&mut tx, "SELECT COUNT(*) FROM account").await,
            1,
            "no other schema is touched"
        );
    }
);
