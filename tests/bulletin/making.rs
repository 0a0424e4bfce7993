//! Holds that a bulletin is made once, by two instances and after a crash in the middle.

use allclear::clock::Settable;
use allclear::crash::{Aim, CrashPlan, Point};
use allclear::domain::access::Actor;
use allclear::service::Service;

use super::made;
use super::support::{Day, Fresh, House, local, on_both};

on_both!(two_instances_make_one, |db| async move {
    let day = Day::begin(db).await;
    day.jump("18:00").await;
    let other = Day::over(db, "2026-06-01 18:30").await;
    for date in ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04"] {
        for house in [&day.house, &other.house] {
            house.go_to(&format!("{date} 18:30"));
        }
        let (one, two) = tokio::join!(day.house.service.tick(), other.house.service.tick());
        // One that found the other in its way comes again.
        if one.is_err() || two.is_err() {
            day.house.service.tick().await.unwrap();
        }
    }
    assert_eq!(
        made(&day).await,
        [
            "1 06-01 from 06-01",
            "2 06-02 from 06-02",
            "3 06-03 from 06-03",
            "4 06-04 from 06-04"
        ]
    );
    assert_eq!(
        day.count("SELECT COUNT(*) FROM audit WHERE deed = 'bulletin'")
            .await,
        4
    );
    day.house
        .service
        .verify_chain(&Actor::console(), None)
        .await
        .unwrap()
        .unwrap();
});

/// Opens the service over a database with a point at which it stops.
async fn doomed(db: &Fresh, point: Point) -> (std::sync::Arc<Service>, CrashPlan) {
    let plan = CrashPlan::new(Aim::At(point, 1));
    let day = Day::over(db, "2026-06-01 18:30").await;
    let House { service, .. } = day.house;
    let clock = Settable::at(local("2026-06-01 18:30"));
    let service = Service::open_until(
        service.settings.clone(),
        service.store.clone(),
        clock,
        plan.clone(),
    )
    .await
    .unwrap();
    (service, plan)
}

on_both!(a_crash_in_the_middle_leaves_one, |db| async move {
    for (point, left) in [(Point::Bulletin, 0), (Point::Published, 1)] {
        let day = match point {
            Point::Bulletin => Day::begin(db).await,
            _ => Day::over(db, "2026-06-01 18:00").await,
        };
        day.jump("18:00").await;
        let (service, plan) = doomed(db, point).await;
        tokio::select! {
            _ = service.tick() => panic!("it stops"),
            stopped = plan.struck() => assert_eq!(stopped, point),
        }
        assert_eq!(made(&day).await.len(), left);
        let day = day.restarted(db, "2026-06-01 18:31").await;
        day.house.service.tick().await.unwrap();
        assert_eq!(made(&day).await, ["1 06-01 from 06-01"]);
        day.meddle("DELETE FROM bulletin").await;
    }
});
