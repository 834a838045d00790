package taskmock;

import com.aliyuncs.CommonRequest;
import com.aliyuncs.CommonResponse;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.FormatType;
import com.aliyuncs.http.HttpResponse;
import com.aliyuncs.http.MethodType;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Alibaba's classic SDK: CommonRequest, and typed answers of E-HPC (rebuilt, see ClassicTyped). */
final class Classic {
    private Classic() {}

    public static void main(String[] arguments) throws IOException {
        Lines.serve(sdks());
    }

    static Map<String, Lines.Sdk> sdks() {
        Map<String, Lines.Sdk> sdks = new LinkedHashMap<>();
        sdks.put("classic", Classic::common);
        sdks.put("typed-ehpc", question -> ClassicTyped.ask(question, FormatType.JSON));
        sdks.put("typed-ehpc-xml", question -> ClassicTyped.ask(question, FormatType.XML));
        return sdks;
    }

    /** A client that asks once: by default it repeats what was answered with a 5xx. */
    static DefaultAcsClient client() {
        DefaultAcsClient client = new DefaultAcsClient(DefaultProfile.getProfile("cn-hangzhou", "testid", "testsecret"));
        client.setAutoRetry(false);
        return client;
    }

    private static final DefaultAcsClient CLIENT = client();

    private static Map<String, Object> common(Lines.Question question) throws Exception {
        CommonRequest request = new CommonRequest();
        request.setDomain(question.host());
        request.setVersion(question.version());
        request.setMethod(MethodType.GET);
        String taskId = question.text("task_id");
        if (taskId != null) {
            request.setUriPattern("/tasks/[task_id]");
            request.putPathParameter("task_id", taskId);
        } else {
            request.setAction(question.action());
            for (String name : question.params().keySet()) {
                request.putQueryParameter(name, question.text(name));
            }
        }
        CommonResponse response;
        try {
            response = CLIENT.getCommonResponse(request);
        } catch (ClientException e) {
            return raised(e);
        }
        // The SDK hands on the text; its user reads it.
        JsonElement body = Lines.decode(response.getData());
        Map<String, Object> ids = Lines.map("header", header(response.getHttpResponse()));
        if (taskId == null) {
            ids.put("body", body instanceof JsonObject fields ? fields.remove("RequestId") : JsonNull.INSTANCE);
        }
        return Lines.body(response.getHttpStatus(), body, ids);
    }

    static String header(HttpResponse response) {
        return response.getHeaderValue("x-acs-request-id");
    }

    /** It has no status. */
    static Map<String, Object> raised(ClientException e) {
        return Lines.raised(
                "type", e.getClass().getSimpleName(),
                "code", e.getErrCode(),
                "message", e.getErrMsg(),
                "request_id", e.getRequestId());
    }
}
