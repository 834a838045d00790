//! What is stated of faults.

use crate::fact::{Fact, facts};

pub(crate) const FACTS: &[Fact] = facts! {
    "fault.nonce", Assumed, "Tea Java over OkHttp repeats a 503 with the same nonce; the gateway verifies before it forwards", "A fault says whether the request reached the gateway; if it did, its nonce is used up, whatever was answered.";
    "fault.unverified", Assumed, "a choice of the mock", "A fault that answers in place of the cloud does so whatever the request's signature and parameters are.";
    "fault.error.ack", Assumed, "002 shows the code 400 only; the names are those of Alibaba's common error codes", "Container Service answers 429 and 5xx by name, in its own envelope, when a fault says so.";
    "fault.throttle", Vendor, "alibaba.gateway.throttling; huawei.gateway.throttling", "Throttling is 400 Throttling.User at Alibaba and 429 APIGW.0308 at Huawei.";
    "fault.throttle.retry_after", Sdk, "huaweicloudsdkcore over urllib3: waits as Retry-After says", "Retry-After is seconds or an HTTP date (RFC 9110, section 10.2.3).";
    "fault.throttle.acs_retry_after", Sdk, "Tea Python, utils.py:567", "x-acs-retry-after is milliseconds.";
    "fault.throttle.time_left", Sdk, "Tea Go, utils/client.go:130", "x-ratelimit-user-api has TimeLeft in milliseconds, among other pairs; those are assumed.";
};
