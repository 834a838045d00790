package taskmock;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.Strictness;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The loop of a program that asks with SDKs: a question on each line of stdin, its answer on a line of
 * stdout. clients/lines.py is the other side.
 */
final class Lines {
    private static final int SECONDS = 10;
    private static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final Gson STRICT = new GsonBuilder().setStrictness(Strictness.STRICT).create();

    /** One call to make with one SDK. */
    record Question(String sdk, String endpoint, String action, String version, JsonObject params) {
        /** The host and port of the endpoint. */
        String host() {
            return endpoint.substring("http://".length());
        }

        /** A parameter as it goes into a request; null if it is absent. */
        String text(String name) {
            JsonElement value = params.get(name);
            return value == null ? null : value.getAsString();
        }

        /** A parameter that the SDK takes as an Integer. */
        Integer integer(String name) throws Unsupported {
            try {
                String text = text(name);
                return text == null ? null : Integer.valueOf(text);
            } catch (NumberFormatException e) {
                throw new Unsupported(name + " is an Integer");
            }
        }
    }

    /** An SDK in one way of using it; it throws what the SDK does not mean its user to see. */
    interface Sdk {
        Map<String, Object> ask(Question question) throws Throwable;
    }

    /** A question that the types of the SDK cannot say. */
    static final class Unsupported extends Exception {
        Unsupported(String reason) {
            super(reason);
        }
    }

    private Lines() {}

    /** An answer: status, decoded body, and request ids by where the SDK shows one. */
    static Map<String, Object> body(Integer status, Object body, Map<String, Object> ids) {
        return map("status", status, "body", body, "ids", ids);
    }

    /** An exception of the SDK: what its user can read of it. */
    static Map<String, Object> raised(Object... fields) {
        return map("raised", map(fields));
    }

    /** A map of names and values in turn. */
    static Map<String, Object> map(Object... fields) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int at = 0; at < fields.length; at += 2) {
            map.put((String) fields[at], fields[at + 1]);
        }
        return map;
    }

    /** JSON as a user of an SDK without models reads it; integers stay as they are written. */
    static JsonElement decode(String text) {
        return STRICT.fromJson(text, JsonElement.class);
    }

    /** Answers the questions on stdin with the SDKs. */
    static void serve(Map<String, Sdk> sdks) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // The answers have standard output to themselves.
        System.setOut(System.err);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            Question question = GSON.fromJson(line, Question.class);
            try {
                answers.println(GSON.toJson(askInTime(sdks.get(question.sdk), question)));
            } catch (TimeoutException e) {
                answers.println(GSON.toJson(map("crashed", "endless", "message", "no answer in " + SECONDS + " s")));
                break;
            }
        }
        // Some SDKs keep threads that would keep the process.
        System.exit(0);
    }

    /** Some readers never end on what they cannot read: the process that has one ends with it. */
    private static Map<String, Object> askInTime(Sdk sdk, Question question) throws TimeoutException {
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        Thread asking = new Thread(() -> answer.complete(ask(sdk, question)));
        asking.setDaemon(true);
        asking.start();
        try {
            return answer.get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> ask(Sdk sdk, Question question) {
        try {
            return sdk.ask(question);
        } catch (Unsupported e) {
            return map("unsupported", e.getMessage());
        } catch (Throwable e) {
            return map("crashed", e.getClass().getName(), "message", String.valueOf(e.getMessage()));
        }
    }
}
