package taskmock;

import com.aliyun.cs20151215.Client;
import com.aliyun.cs20151215.models.DescribeTaskInfoResponse;
import com.aliyun.cs20151215.models.DescribeTaskInfoResponseBody;
import com.aliyun.tea.TeaException;
import com.aliyun.teautil.models.RuntimeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Alibaba's current SDK for Container Service. */
final class Cs {
    private Cs() {}

    static Map<String, Object> ask(Lines.Question question) throws Exception {
        DescribeTaskInfoResponse response;
        try {
            response = new Client(Tea.config(question))
                    .describeTaskInfoWithOptions(question.text("task_id"), Map.of(), new RuntimeOptions());
        } catch (TeaException e) {
            return Tea.raised(e);
        }
        DescribeTaskInfoResponseBody body = response.getBody();
        List<Object> results = null;
        if (body.getTaskResult() != null) {
            results = new ArrayList<>();
            for (var result : body.getTaskResult()) {
                results.add(Lines.map("data", result.getData(), "status", result.getStatus()));
            }
        }
        Map<String, Object> fields = Lines.map(
                "cluster_id", body.getClusterId(),
                "created", body.getCreated(),
                "state", body.getState(),
                "task_id", body.getTaskId(),
                "task_result", results,
                "task_type", body.getTaskType(),
                "updated", body.getUpdated());
        fields.values().removeIf(value -> value == null);
        return Lines.body(
                response.getStatusCode(), fields, Lines.map("header", response.getHeaders().get("x-acs-request-id")));
    }
}
