//! The refusals of Huawei's gateway, in words by hand. Some messages of APIGW.0301 depend on the request
//! and the clock; these are examples.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "gateway.403",
        status: 403,
        code: "APIGW.0302",
        argument: None,
        message: "The IAM user is not allowed to access the API.",
        facts: &["huawei.gateway.forbidden"],
    },
    Row {
        name: "gateway.429",
        status: 429,
        code: "APIGW.0308",
        argument: None,
        message: "The throttling threshold has been reached: policy ip over ratelimit,limit:10,time:1 minute",
        facts: &["huawei.gateway.throttling"],
    },
    Row {
        name: "401.no_such_key",
        status: 401,
        code: "APIGW.0301",
        argument: Some("ak testak not exist"),
        message: "Incorrect IAM authentication information: ak testak not exist",
        facts: &["huawei.gateway.unauthorized.key"],
    },
    Row {
        name: "401.signature",
        status: 401,
        code: "APIGW.0301",
        argument: Some("verify aksk signature fail, canonicalRequest:GET|/v2/||host:localhost||host|e3b0c442"),
        message: "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:GET|/v2/||host:localhost||host|e3b0c442",
        facts: &["huawei.gateway.unauthorized.signature"],
    },
    Row {
        name: "401.expired",
        status: 401,
        code: "APIGW.0301",
        argument: Some(
            "calc aksk signature fail:signature expired, signature time:20211217T064303Z,server time:20211217T065804Z",
        ),
        message: "Incorrect IAM authentication information: calc aksk signature fail:signature expired, signature time:20211217T064303Z,server time:20211217T065804Z",
        facts: &["huawei.gateway.unauthorized.expired"],
    },
    Row {
        name: "401.token",
        status: 401,
        code: "APIGW.0301",
        argument: Some("decrypt token fail"),
        message: "Incorrect IAM authentication information: decrypt token fail",
        facts: &["huawei.gateway.unauthorized.token"],
    },
];
