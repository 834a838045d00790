package taskmock;

import com.aliyun.tea.TeaException;
import com.aliyun.teaopenapi.Client;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teaopenapi.models.OpenApiRequest;
import com.aliyun.teaopenapi.models.Params;
import com.aliyun.teautil.models.RuntimeOptions;
import java.util.HashMap;
import java.util.Map;

/** Alibaba's current SDK (Tea): callApi, which the generated clients call. */
final class Tea implements Lines.Sdk {
    private final String signatureAlgorithm;

    Tea(String signatureAlgorithm) {
        this.signatureAlgorithm = signatureAlgorithm;
    }

    static Config config(Lines.Question question) {
        return new Config()
                .setAccessKeyId("testid")
                .setAccessKeySecret("testsecret")
                .setEndpoint(question.host())
                // Without it, it asks by https.
                .setProtocol("http")
                .setRegionId("cn-hangzhou");
    }

    @Override
    public Map<String, Object> ask(Lines.Question question) throws Exception {
        Client client = new Client(config(question).setSignatureAlgorithm(signatureAlgorithm));
        Params call = new Params()
                .setAction(question.action())
                .setVersion(question.version())
                .setProtocol("HTTP")
                .setMethod("GET")
                .setAuthType("AK")
                .setBodyType("json")
                .setReqBodyType("json");
        Map<String, String> query = new HashMap<>();
        String taskId = question.text("task_id");
        if (taskId != null) {
            call.setStyle("ROA").setPathname("/tasks/" + com.aliyun.openapiutil.Client.getEncodeParam(taskId));
        } else {
            call.setStyle("RPC").setPathname("/");
            for (String name : question.params().keySet()) {
                query.put(name, question.text(name));
            }
        }
        Map<String, ?> answer;
        try {
            answer = client.callApi(call, new OpenApiRequest().setQuery(query), new RuntimeOptions());
        } catch (TeaException e) {
            return raised(e);
        }
        Object body = answer.get("body");
        Map<String, Object> ids = Lines.map("header", ((Map<?, ?>) answer.get("headers")).get("x-acs-request-id"));
        if (taskId == null && body instanceof Map<?, ?> fields) {
            ids.put("body", fields.remove("RequestId"));
        }
        return Lines.body((Integer) answer.get("statusCode"), body, ids);
    }

    static Map<String, Object> raised(TeaException e) {
        return Lines.raised(
                "type", e.getClass().getSimpleName(),
                "status", e.getStatusCode(),
                "code", e.getCode(),
                "message", e.getMessage(),
                "data", e.getData());
    }
}
