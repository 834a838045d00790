package taskmock;

import com.huaweicloud.sdk.core.ClientBuilder;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.dws.v2.DwsAsyncClient;
import com.huaweicloud.sdk.dws.v2.DwsClient;
import com.huaweicloud.sdk.dws.v2.model.ListLogicalClusterTasksRequest;
import com.huaweicloud.sdk.dws.v2.model.ListLogicalClusterTasksResponse;
import com.huaweicloud.sdk.dws.v2.model.ListLogicalClustersRequest;
import com.huaweicloud.sdk.dws.v2.model.LogicalClusterTaskInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** Huawei's SDK: GaussDB(DWS), sync and async. */
final class Huawei {
    // A client has a pool and threads of its own: one for each address and project.
    private static final Map<List<String>, DwsClient> SYNC = new HashMap<>();
    private static final Map<List<String>, DwsAsyncClient> ASYNC = new HashMap<>();

    private Huawei() {}

    static Map<String, Object> sync(Lines.Question question) throws Throwable {
        DwsClient client = SYNC.computeIfAbsent(key(question), key -> build(DwsClient.newBuilder(), key));
        try {
            if (question.action().equals("ListLogicalClusters")) {
                client.listLogicalClusters(new ListLogicalClustersRequest().withClusterId(question.text("cluster_id")));
                throw new IllegalStateException("ListLogicalClusters was answered");
            }
            return answer(client.listLogicalClusterTasks(request(question)));
        } catch (ServiceResponseException e) {
            return raised(e);
        }
    }

    static Map<String, Object> async(Lines.Question question) throws Throwable {
        DwsAsyncClient client = ASYNC.computeIfAbsent(key(question), key -> build(DwsAsyncClient.newBuilder(), key));
        try {
            if (question.action().equals("ListLogicalClusters")) {
                client.listLogicalClustersAsync(
                                new ListLogicalClustersRequest().withClusterId(question.text("cluster_id")))
                        .get();
                throw new IllegalStateException("ListLogicalClusters was answered");
            }
            return answer(client.listLogicalClusterTasksAsync(request(question)).get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ServiceResponseException cause) {
                return raised(cause);
            }
            throw e.getCause();
        }
    }

    private static List<String> key(Lines.Question question) {
        return List.of(question.endpoint(), question.text("project_id"));
    }

    private static <T> T build(ClientBuilder<T> builder, List<String> key) {
        return builder.withCredential(
                        new BasicCredentials().withAk("testak").withSk("testsk").withProjectId(key.get(1)))
                .withEndpoint(key.get(0))
                .build();
    }

    private static ListLogicalClusterTasksRequest request(Lines.Question question) throws Lines.Unsupported {
        return new ListLogicalClusterTasksRequest()
                .withClusterId(question.text("cluster_id"))
                .withOffset(question.integer("offset"))
                .withLimit(question.integer("limit"))
                .withLogicalClusterName(question.text("logical_cluster_name"))
                .withType(question.text("type"))
                .withOrderBy(question.text("order_by"))
                .withOrder(question.text("order"));
    }

    private static Map<String, Object> answer(ListLogicalClusterTasksResponse response) {
        List<Object> tasks = null;
        if (response.getLogicalClusterTasks() != null) {
            tasks = new ArrayList<>();
            for (LogicalClusterTaskInfo task : response.getLogicalClusterTasks()) {
                tasks.add(Lines.map(
                        "type", task.getType(),
                        "logical_cluster_name", task.getLogicalClusterName(),
                        "start_time", task.getStartTime(),
                        "end_time", task.getEndTime(),
                        "result", task.getResult(),
                        "log", task.getLog()));
            }
        }
        Map<String, Object> body = Lines.map("logical_cluster_tasks", tasks, "count", response.getCount());
        return Lines.body(response.getHttpStatusCode(), body, Map.of());
    }

    private static Map<String, Object> raised(ServiceResponseException e) {
        return Lines.raised(
                "type", e.getClass().getSimpleName(),
                "status", e.getHttpStatusCode(),
                "code", e.getErrorCode(),
                "message", e.getErrorMsg(),
                "request_id", e.getRequestId());
    }
}
