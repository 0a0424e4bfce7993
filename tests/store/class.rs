//! The list of incident classes: every version once, the highest counts.

use allclear::domain::incident::{ClassGroup, Classes, IncidentClass};

use super::ground::{at, ground, number};
use crate::support::on_both;

fn classes(codes: &[&str]) -> Classes {
    let class = |code: &&str| IncidentClass {
        code: (*code).to_owned(),
        group: ClassGroup::Accident,
        zh: "溃坝𠮷".to_owned(),
        en: "Dam breach".to_owned(),
        urgent: true,
        retired: false,
    };
    Classes::new(codes.iter().map(class).collect()).unwrap()
}

on_both!(the_highest_version_of_the_list_counts, |db| async move {
    let (g, mut tx) = ground(db).await;
    assert_eq!(tx.class_version().await.unwrap(), 0);
    assert!(tx.class_list().await.unwrap().is_none());
    let (first, second) = (classes(&["dam"]), classes(&["dam", "fire"]));
    assert!(tx.add_class_list(1, &first, None, at(1)).await.unwrap());
    let kept = tx.class_list().await.unwrap().unwrap();
    assert_eq!((kept.version, kept.by, kept.at), (1, None, at(1)));
    assert_eq!(kept.classes, first);
    let by = Some(g.officer);
    assert!(
        !tx.add_class_list(1, &second, by, at(2)).await.unwrap(),
        "the first of a number stays"
    );
    assert_eq!(tx.class_list().await.unwrap().unwrap().classes, first);
    assert!(tx.add_class_list(2, &second, by, at(3)).await.unwrap());
    assert_eq!(tx.class_version().await.unwrap(), 2);
    let kept = tx.class_list().await.unwrap().unwrap();
    assert_eq!(
        (kept.version, kept.by.as_deref(), kept.at),
        (2, Some("值班员𠮷"), at(3))
    );
    assert_eq!(kept.classes, second);
    assert_eq!(
        number(&mut tx, "SELECT COUNT(*) FROM class_list").await,
        2,
        "the old one stays"
    );
});
