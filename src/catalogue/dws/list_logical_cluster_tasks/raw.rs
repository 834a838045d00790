//! The catalogue of ListLogicalClusterTasks on the wire: what no Input can say.

use super::{CLUSTER, Input, given, output, running, shown};
use crate::case::{Case, Class, raw_request};
use crate::format::Format;

pub(super) fn catalogue() -> Vec<Case<Input>> {
    let path = format!("/v2/p/clusters/{CLUSTER}/logical-clusters/tasks");
    let get = |query: &str| raw_request("GET", &format!("{path}?{query}"), &[], "");
    let case = |name: String, request| Case::raw(&name, Format::Json, given([running(1)]), request);
    let one = || output(1, vec![shown(1)]);
    let incorrect = (400, "DWS.0001", "Incorrect parameter.");
    let no_api = (404, "APIGW.0101", "The API does not exist or has not been published in the environment.");
    let mut cases = Vec::new();
    for (parameter, fact, min) in [("offset", "input.offset", "offset.min"), ("limit", "input.limit", "limit.min")] {
        for (name, text) in [
            ("negative", "-1"),
            ("not_a_number", "ten"),
            ("plus_sign", "%2B1"),
            ("fraction", "1.0"),
            ("exponent", "1e1"),
            ("hexadecimal", "0x1"),
            ("space_before", "%201"),
            ("space_after", "1%20"),
            ("other_digits", "%EF%BC%91"),
            ("over_32_bits", "4294967296"),
            ("over_64_bits", "18446744073709551617"),
            ("over_128_bits", "340282366920938463463374607431768211457"),
            ("word", "true"),
            ("null", "null"),
            ("nul", "1%00"),
        ] {
            let case = case(format!("{parameter}.{name}"), get(&format!("{parameter}={text}")));
            let case = case.class(Class::Malformed).shows(&["number.syntax", "bounds.refusal", min, fact]);
            cases.push(case.refuses(incorrect.0, incorrect.1, incorrect.2));
        }
        for (name, query, fact) in [
            ("empty", format!("{parameter}="), "huawei.parameter.empty"),
            ("without_value", parameter.to_owned(), "huawei.parameter.empty"),
        ] {
            cases.push(case(format!("{parameter}.{name}"), get(&query)).shows(&[fact]).answers(one()));
        }
    }
    let answered = [
        ("get", get(""), "route"),
        ("limit.leading_zero", get("limit=007"), "number.syntax"),
        ("offset.leading_zero", get("offset=000"), "number.syntax"),
        ("limit.given_twice", get("limit=1&limit=0"), "huawei.parameter.duplicate"),
        ("offset.given_twice", get("offset=0&offset=1"), "huawei.parameter.duplicate"),
        ("unknown_parameter", get("page=7"), "input.limit"),
        ("name_in_upper_case", get("OFFSET=1"), "input.offset"),
        ("empty_filters", get("order=&order_by=&type=Grow&logical_cluster_name=lc1"), "huawei.parameter.empty"),
        ("body_is_ignored", raw_request("GET", &path, &[("content-type", "application/json")], "{}"), "input.body"),
        ("token_is_ignored", raw_request("GET", &path, &[("x-auth-token", "x")], ""), "credentials.unchecked"),
        (
            "token_and_empty_authorization",
            raw_request("GET", &path, &[("x-auth-token", "x"), ("authorization", "")], ""),
            "huawei.token.precedence",
        ),
    ];
    for (name, request, fact) in answered {
        cases.push(case(name.to_owned(), request).shows(&[fact]).answers(one()));
    }
    let refused = [
        ("limit.first_is_wrong", get("limit=0&limit=1"), incorrect, "huawei.parameter.duplicate"),
        ("offset.first_is_wrong", get("offset=x&offset=0"), incorrect, "huawei.parameter.duplicate"),
        ("percent.broken", get("type=%zz"), incorrect, "bounds.refusal"),
        ("percent.not_utf_8", get("type=%ff"), incorrect, "bounds.refusal"),
        ("method.post", raw_request("POST", &path, &[], ""), no_api, "huawei.gateway.not_found"),
        ("method.delete", raw_request("DELETE", &path, &[], ""), no_api, "huawei.gateway.not_found"),
        ("path.slash_at_end", raw_request("GET", &format!("{path}/"), &[], ""), no_api, "huawei.gateway.not_found"),
        ("path.shorter", raw_request("GET", "/v2/p/clusters", &[], ""), no_api, "huawei.gateway.not_found"),
        (
            "path.other_version",
            raw_request("GET", &path.replace("/v2/", "/v1/"), &[], ""),
            no_api,
            "huawei.gateway.not_found",
        ),
        (
            "path.slash_encoded",
            raw_request("GET", &path.replace(CLUSTER, "c%2Fd"), &[], ""),
            incorrect,
            "cluster_id.uuid",
        ),
    ];
    for (name, request, (status, code, message), fact) in refused {
        let case = case(name.to_owned(), request).class(Class::Malformed).shows(&[fact]);
        cases.push(case.refuses(status, code, message));
    }
    cases
}
