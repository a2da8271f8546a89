//! Sessions on tokio.

use std::time::Duration;

use serde_json::json;

use super::sessions_pool::{log, shops};
use super::workflow_world::Shop;

#[tokio::test]
async fn sessions_are_driven_by_tasks_and_end_with_them() {
    let (builder, outside) = shops();
    let shops = builder.on_tokio(2).start().unwrap();
    outside.refuse(2);
    for number in 0..50 {
        let name = format!("shop-{number}");
        shops.open(&name, Shop::default()).unwrap();
        shops.emit_with(&name, "CMD_NOTE", json!({ "text": "x" })).unwrap();
        shops.emit(&name, if number % 2 == 0 { "CMD_ASK" } else { "CMD_WAIT" }).unwrap();
        shops.emit(&name, "CMD_END").unwrap();
    }
    while outside.waiting() < 25 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // Those that await keep one waker among them: each is let go on when the one before has been.
    shops.cancel("shop-1", "enough").unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), shops.wait_for_async("shop-48", "DONE")).await;
    ended.unwrap().unwrap();
    assert_eq!(log(&shops, "shop-48"), ["x", "asked"]);
    tokio::time::timeout(Duration::from_secs(20), async {
        while shops.census().finished < 25 || shops.census().cancelled < 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .unwrap();
    drop(shops);
    assert_eq!(outside.waiting(), 0, "what was awaited is let go of");
}
