package taskmock;

import com.aliyuncs.AcsResponse;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.RpcAcsRequest;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.FormatType;
import java.util.Map;

/**
 * Rebuilt: aliyun-java-sdk-ehpc cannot be had. These are requests and answers in the shape of its
 * generated code, over the core's own readers, which decide what an answer is taken for.
 */
final class ClassicTyped {
    private static final DefaultAcsClient CLIENT = Classic.client();

    private ClassicTyped() {}

    static Map<String, Object> ask(Lines.Question question, FormatType format) throws Exception {
        return switch (question.action()) {
            case "ListTasks" -> ask(question, format, ListTasksResponse.class);
            case "ListInvocationStatus" -> ask(question, format, ListInvocationStatusResponse.class);
            default -> throw new Lines.Unsupported("it has no " + question.action());
        };
    }

    private static <T extends Typed> Map<String, Object> ask(Lines.Question question, FormatType format, Class<T> type)
            throws Exception {
        Request<T> request = new Request<>(question, type);
        request.setEndpoint(question.host());
        request.setAcceptFormat(format);
        try {
            T response = CLIENT.getAcsResponse(request);
            return Lines.body(null, response.body, Lines.map("body", response.requestId));
        } catch (ClientException e) {
            return Classic.raised(e);
        }
    }

    private static final class Request<T extends AcsResponse> extends RpcAcsRequest<T> {
        private final Class<T> type;

        Request(Lines.Question question, Class<T> type) throws Lines.Unsupported {
            super("EHPC", question.version(), question.action());
            this.type = type;
            for (String name : question.params().keySet()) {
                // Integers and a Boolean, for the SDK.
                if (name.startsWith("Page")) {
                    question.integer(name);
                } else if (name.equals("Archived") && !question.text(name).matches("true|false")) {
                    throw new Lines.Unsupported("Archived is a Boolean");
                }
                putQueryParameter(name, question.text(name));
            }
        }

        @Override
        public Class<T> getResponseClass() {
            return type;
        }
    }

    abstract static class Typed extends AcsResponse {
        String requestId;
        Map<String, Object> body;
    }
}
