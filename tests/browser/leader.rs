//! A leader with a phone.

use allclear::domain::access::Role;

use crate::Scene;
use crate::driver::Kind;
use crate::support::urgent;

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_opens_the_link_of_an_urgent_letter_and_acknowledges_it() {
    let Some(scene) = Scene::open().await else { return };
    let what = scene.day.report("东湖镇 · 柳村", urgent("圩堤管涌")).await;
    scene.day.send("东湖镇 · 柳村", what).await.unwrap();
    let token = scene.day.newest_token("leader@county.example").await;
    let leader = scene.chrome(Kind::PHONE).await;
    leader.open(&format!("/a/{token}")).await.sees("圩堤管涌").await;
    leader.press("我已阅知").await.sees("✔").await;
    let officer = scene.signed_in(Role::Leader, "清河县", Kind::PHONE).await;
    officer.open("/alerts").await.sees("15:10 已阅知").await;
    leader.ends().await;
    officer.ends().await;
}
