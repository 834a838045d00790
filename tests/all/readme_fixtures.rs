use std::fs;

use serde_json::Value;

#[test]
fn my_client_reads_every_fixture() {
    for entry in fs::read_dir("fixtures/generated/ehpc.list_tasks").expect("the fixtures") {
        let file = fs::read(entry.expect("a case").path()).expect("a file");
        let case: Value = serde_json::from_slice(&file).expect("JSON");
        let answer = &case["answers"]["json"];
        // The default dialect: what the official SDKs decode.
        if answer["expected_output"].is_object() && case["class"] != "dialect" {
            let body = answer["response"]["body"].as_str().expect("a text");
            assert_eq!(my_client_reads(body), answer["expected_output"], "{}", case["id"]);
        }
    }
}

/// In place of your client.
fn my_client_reads(body: &str) -> Value {
    serde_json::from_str(body).expect("an answer")
}
