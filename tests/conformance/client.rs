//! A client that `taskmock conformance client` can ask, in place of yours: ListTasks of E-HPC, in JSON.

use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

fn main() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let mut answer = match (question["operation"].as_str(), question["format"].as_str()) {
            (Some("ehpc.list_tasks"), Some("json")) => {
                list_tasks(&question).unwrap_or_else(|error| json!({ "error": { "message": error.to_string() } }))
            }
            _ => json!({ "unsupported": "it knows ListTasks in JSON only" }),
        };
        answer["case"] = question["case"].clone();
        println!("{answer}");
    }
    Ok(())
}

fn list_tasks(question: &Value) -> io::Result<Value> {
    let mut query = "Action=ListTasks&Version=2018-04-12&Format=JSON".to_owned();
    for (name, value) in question["input"].as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        query += &format!("&{name}={encoded}");
    }
    let host = question["endpoint"].as_str().unwrap_or("").trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    write!(stream, "GET /?{query} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    let end_of_head = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(0);
    let (status, body) = (&response[9..12], serde_json::from_slice::<Value>(&response[end_of_head + 4..])?);
    if status == b"200" {
        return Ok(json!({ "output": body }));
    }
    let status = String::from_utf8_lossy(status).parse::<u16>().ok();
    let (code, message, request_id) = (&body["Code"], &body["Message"], &body["RequestId"]);
    Ok(json!({ "error": { "http_status": status, "code": code, "message": message, "request_id": request_id } }))
}
