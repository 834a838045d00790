use proptest::prelude::*;
use taskmock::ehpc::list_tasks::{Input, Output};
use taskmock::strategy::cases;
use taskmock::{Format, MockServer, ServiceError};

proptest! {
    #[test]
    fn my_client_reads_what_it_should(case in cases::<Input>(Format::Json)) {
        let server = MockServer::start();
        server.load(case.given.clone());
        let got: Result<Output, ServiceError> = my_client(&server.base_url(), case.input());
        case.check(got)?; // what it read
        case.check_requests(&server.requests())?; // what it sent
    }
}

/// In place of your client.
fn my_client(base_url: &str, input: &Input) -> Result<Output, ServiceError> {
    let address = base_url.strip_prefix("http://").expect("plain HTTP").parse().expect("an address");
    let (status, body) = crate::support::fetch(address, &input.request(Format::Json).uri().to_string());
    if status == 200 {
        return Ok(serde_json::from_str(&body).expect("an answer"));
    }
    let error: serde_json::Value = serde_json::from_str(&body).expect("a refusal");
    let text = |name: &str| error[name].as_str().expect("a text").to_owned();
    Err(ServiceError { status, code: text("Code"), message: text("Message"), request_id: text("RequestId") })
}
