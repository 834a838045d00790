use taskmock::conformance;
use taskmock::ehpc::list_tasks::Input;

#[test]
fn my_client_conforms() {
    conformance::run(|endpoint: &str, input: &Input| MyClient::new(endpoint).list_tasks(input)).assert();
}

/// In place of your client.
struct MyClient(String);

impl MyClient {
    fn new(endpoint: &str) -> Self {
        MyClient(endpoint.to_owned())
    }

    fn list_tasks(&self, input: &Input) -> conformance::ClientAnswer<taskmock::ehpc::list_tasks::Output> {
        crate::conformance::answer(&crate::mutants::sound(), &self.0, input, taskmock::Format::Json)
    }
}
