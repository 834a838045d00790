//! Response samples: what each is like byte by byte, what a sound client makes of it, and how a server sends it.

use std::time::{Duration, Instant};

use taskmock::case::{self, BodySample, Catalogue, ForOperation, body_catalogue, for_operation, named_body};
use taskmock::ehpc::list_invocation_status;
use taskmock::{Format, dws, ehpc};

fn sample(name: &str, format: Format) -> BodySample<list_invocation_status::Input> {
    named_body(name, format).unwrap_or_else(|| panic!("{name} is not listed in {format}"))
}

fn text(name: &str, format: Format) -> String {
    String::from_utf8(sample(name, format).response.body).expect("UTF-8")
}

/// The part of a body that matters; the rest is that of the plain body.
#[test]
fn each_way_is_written_as_its_name_says() {
    let bomb = "<!ENTITY e1 \"&e0;&e0;&e0;&e0;&e0;&e0;&e0;&e0;&e0;&e0;\">";
    for (name, format, part) in [
        ("duplicate_key", Format::Json, ",\"RequestId\":\"another\""),
        ("lone_surrogate", Format::Json, "\"RequestId\":\"task \\ud800\""),
        ("trailing_comma", Format::Json, ",}"),
        ("deep", Format::Json, "{\"Surprise\":[[[["),
        ("deep", Format::Xml, "<a><a><a>"),
        ("cdata", Format::Xml, "<RequestId><![CDATA[a < b & c]]></RequestId>"),
        ("comment_in_text", Format::Xml, "<RequestId>a<!-- comment -->b</RequestId>"),
        ("processing_instruction", Format::Xml, "?><?sort alpha-ascending?><ListInvocationStatusResponse>"),
        ("processing_instruction", Format::Xml, "<RequestId>a<?keep calm?>b</RequestId>"),
        ("attributes", Format::Xml, "<ListInvocationStatusResponse version='1' note=\"a &gt; b\"><RequestId>"),
        ("namespace", Format::Xml, "<ListInvocationStatusResponse xmlns=\"http://example.com/\">"),
        (
            "namespace_prefix",
            Format::Xml,
            "<t:ListInvocationStatusResponse xmlns:t=\"http://example.com/\"><t:RequestId>",
        ),
        ("empty_list_element", Format::Xml, "<InvokeInstances><InvokeInstance/></InvokeInstances>"),
        ("internal_entity", Format::Xml, "<!DOCTYPE ListInvocationStatusResponse [<!ENTITY part \"b\">]>"),
        ("internal_entity", Format::Xml, "<RequestId>a &part; c</RequestId>"),
        ("external_entity", Format::Xml, "[<!ENTITY part SYSTEM \"file:///dev/null\">]>"),
        ("entity_bomb", Format::Xml, bomb),
        ("utf_16_declared", Format::Xml, "<?xml version=\"1.0\" encoding=\"UTF-16\"?><ListInvocationStatusResponse>"),
        ("gbk_declared", Format::Xml, "<?xml version=\"1.0\" encoding=\"GBK\"?><ListInvocationStatusResponse>"),
        ("charset", Format::Json, "\"RequestId\":\"任务\""),
        ("error_with_200", Format::Json, "\"Code\":\""),
        ("error_in_other_case", Format::Json, "\"hostId\":\""),
        ("error_in_other_case", Format::Xml, "</hostId><code>"),
        ("error_in_other_encoding", Format::Json, "<Error><RequestId>"),
        ("error_in_other_encoding", Format::Xml, "{\"RequestId\":\""),
        ("error_unfilled", Format::Json, "%s"),
        ("error_unfilled", Format::Xml, "%s"),
        ("error_html", Format::Json, "<h1>503 Service Unavailable</h1>"),
        ("recommend", Format::Xml, "<Recommend><![CDATA[https://"),
    ] {
        let body = text(&format!("body.{name}"), format);
        assert!(body.contains(part), "{name} {format}: {body}");
    }
    assert!(text("body.no_declaration", Format::Xml).starts_with("<ListInvocationStatusResponse>"));
    let bytes = |name: &str| sample(name, Format::Xml).response.body;
    assert!(bytes("body.utf_16").starts_with(b"\xff\xfe<\0?\0x\0"));
    assert!(bytes("body.gbk").windows(15).any(|bytes| bytes == b"<RequestId>\xc8\xce\xce\xf1"));
    assert!(bytes("body.gzip_without_header").starts_with(&[0x1f, 0x8b, 8]));
    // Of `printf '{"' | base64`.
    assert!(text("body.error_base64", Format::Json).starts_with("ey"));
}

#[test]
fn a_number_is_written_as_it_hurts() {
    for (name, part, outputs, values) in [
        ("over_32_bits.count", "\"count\":2147483648", 1, 0),
        ("over_64_bits.count", "\"count\":9223372036854775808", 1, 0),
        ("negative.count", "\"count\":-1", 0, 1),
        ("decimal.count", "\"count\":1.0", 1, 1),
        ("exponent.count", "\"count\":1e0", 1, 1),
        ("exponent_of_ten.count", "\"count\":1e1", 1, 1),
        ("not_a_number.count", "\"count\":NaN", 0, 0),
        ("infinity.count", "\"count\":Infinity", 0, 0),
    ] {
        let sample = named_body::<dws::list_logical_cluster_tasks::Input>(&format!("body.{name}"), Format::Json);
        let sample = sample.unwrap_or_else(|| panic!("{name} is not listed"));
        let body = String::from_utf8_lossy(&sample.response.body).into_owned();
        assert!(body.contains(part), "{name}: {body}");
        assert_eq!((sample.then.outputs.len(), sample.then.values.len()), (outputs, values), "{name}");
        assert!(sample.then.error, "{name}");
    }
    let ten =
        named_body::<ehpc::list_tasks::Input>("body.exponent_of_ten.PageNumber", Format::Xml).expect("it is listed");
    assert_eq!(ten.then.outputs[0].page_number, 10);
    assert!(String::from_utf8_lossy(&ten.response.body).contains("<PageNumber>1e1</PageNumber>"));
}

#[test]
fn what_has_to_be_an_error_has_no_other_reading() {
    for name in [
        "external_entity",
        "entity_bomb",
        "gzip_without_header",
        "no_content",
        "error_with_200",
        "error_html",
        "error_empty",
        "error_base64",
        "error_unfilled",
        "recommend",
    ] {
        let then = sample(&format!("body.{name}"), Format::Xml).then;
        assert!(then.error && then.outputs.is_empty() && then.values.is_empty(), "{name}: {then:?}");
    }
}

#[test]
fn statuses_and_headers_are_those_of_the_name() {
    for (name, status, content_type) in [
        ("error_html", 503, "text/html"),
        ("error_empty", 404, "text/xml;charset=utf-8"),
        ("error_with_200", 200, "text/xml;charset=utf-8"),
        ("no_content", 204, "text/xml;charset=utf-8"),
        ("charset", 200, "text/xml;charset=ISO-8859-1"),
        ("gbk", 200, "text/xml"),
        ("utf_16", 200, "text/xml"),
    ] {
        let response = sample(&format!("body.{name}"), Format::Xml).response;
        assert_eq!((response.status, &*response.headers["content-type"]), (status, content_type), "{name}");
    }
    assert_eq!(sample("body.gzip", Format::Json).response.headers["content-encoding"], "gzip");
}

/// Reads every sample, and as many random ones.
struct ReadAll;

impl ForOperation for ReadAll {
    type Output = ();

    fn run<I: Catalogue>(self) {
        for format in I::OPERATION.formats {
            let listed = body_catalogue::<I>(*format);
            let random = (0..listed.len() as u64).map(|seed| case::random_body::<I>(taskmock::Seed(seed), *format));
            for sample in random.collect::<Vec<_>>().into_iter().chain(listed) {
                let read = sample.read().map_err(|error| error.to_string());
                let read = read.and_then(|read| read.map_err(|refused| refused.to_string()));
                sample.check(read).unwrap_or_else(|mismatch| panic!("{mismatch}"));
            }
        }
    }
}

/// A reader that followed the nesting of a body would need more than this stack, and one that followed the bomb
/// more than this time.
#[test]
fn our_readers_refuse_or_survive_every_sample_in_bounded_time_and_stack() {
    let started = Instant::now();
    let reader = std::thread::Builder::new().stack_size(1 << 20).spawn(|| {
        for operation in taskmock::operations() {
            for_operation(operation.id, ReadAll).expect("it is registered");
        }
    });
    reader.expect("a thread").join().expect("it survives");
    assert!(started.elapsed() < Duration::from_secs(120), "{:?}", started.elapsed());
}

/// What a server puts on the wire.
#[cfg(feature = "server")]
mod on_the_wire {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use taskmock::MockServer;

    use super::*;

    /// The head and the body as they come, until the server closes or the body has `length` bytes.
    fn ask(name: &str, is_closed: bool) -> (String, Vec<u8>) {
        let sample = sample(name, Format::Json);
        let server = MockServer::start_with(sample.state());
        let request = list_invocation_status::Input::new("c", "k").request(Format::Json);
        let mut stream = TcpStream::connect(server.address()).expect("it listens");
        let closing = if is_closed { "connection: close\r\n" } else { "" };
        write!(stream, "GET {} HTTP/1.1\r\nhost: localhost\r\n{closing}\r\n", request.uri()).expect("it reads");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("it closes");
        let end = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
        (String::from_utf8_lossy(&bytes[..end + 2]).to_lowercase(), bytes[end + 4..].to_vec())
    }

    #[test]
    fn chunks_and_trailers() {
        let plain = sample("body.plain", Format::Json).response.body;
        let (head, body) = ask("body.chunked", true);
        assert!(head.contains("\r\ntransfer-encoding: chunked\r\n") && !head.contains("content-length"), "{head}");
        let size = format!("{:X}\r\n", plain.len());
        assert_eq!(body, [size.as_bytes(), &plain, b"\r\n0\r\n\r\n"].concat());
        let (head, body) = ask("body.chunked_with_trailers", true);
        assert!(head.contains("\r\ntrailer: x-checksum\r\n"), "{head}");
        assert_eq!(body, [size.as_bytes(), &plain, b"\r\n0\r\nx-checksum: 0\r\n\r\n"].concat());
    }

    #[test]
    fn a_wrong_length_is_announced_and_then_the_connection_ends() {
        let plain = sample("body.plain", Format::Json).response.body;
        for (name, announced) in [("body.length_too_long", plain.len() + 1), ("body.length_too_short", plain.len() - 1)]
        {
            let (head, body) = ask(name, false);
            assert!(head.contains(&format!("\r\ncontent-length: {announced}\r\n")), "{head}");
            assert_eq!(body, plain, "{name}");
        }
    }

    #[test]
    fn a_status_without_a_body_and_a_coded_one() {
        let (head, body) = ask("body.no_content", true);
        assert!(head.starts_with("http/1.1 204 ") && body.is_empty(), "{head}");
        let (head, body) = ask("body.gzip", true);
        assert!(head.contains("\r\ncontent-encoding: gzip\r\n") && body.starts_with(&[0x1f, 0x8b]), "{head}");
        let (head, body) = ask("body.error_html", true);
        assert!(head.starts_with("http/1.1 503 ") && body.starts_with(b"<html>"), "{head}");
    }
}
