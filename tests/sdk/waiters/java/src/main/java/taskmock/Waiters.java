package taskmock;

import com.huaweicloud.sdk.core.retry.backoff.BackoffStrategy;
import com.huaweicloud.sdk.dws.v2.DwsClient;
import com.huaweicloud.sdk.dws.v2.model.ListLogicalClusterTasksRequest;
import com.huaweicloud.sdk.dws.v2.model.ListLogicalClusterTasksResponse;
import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Waits for a task with each of the usual libraries: the least that compiles. */
final class Waiters {
    private Waiters() {}

    public static void main(String[] arguments) {
        awaitility(states());
        System.out.println(failsafe(states()));
        System.out.println(resilience4j(states()));
    }

    /** A task that runs for two polls. */
    private static Supplier<String> states() {
        AtomicInteger polls = new AtomicInteger();
        return () -> polls.incrementAndGet() < 3 ? "running" : "success";
    }

    static void awaitility(Supplier<String> poll) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(1))
                .until(poll::get, "success"::equals);
    }

    static String failsafe(Supplier<String> poll) {
        RetryPolicy<String> policy = RetryPolicy.<String>builder()
                .handleResult("running")
                .withMaxAttempts(-1)
                .withMaxDuration(Duration.ofSeconds(10))
                .withBackoff(Duration.ofMillis(1), Duration.ofMillis(8))
                .build();
        return Failsafe.with(policy).get(poll::get);
    }

    static String resilience4j(Supplier<String> poll) {
        RetryConfig config = RetryConfig.<String>custom()
                .maxAttempts(100)
                .intervalFunction(IntervalFunction.ofExponentialBackoff(1))
                .retryOnResult("running"::equals)
                .build();
        return Retry.of("task", config).executeSupplier(poll);
    }

    /** Huawei's own: it builds and signs each try anew. */
    static ListLogicalClusterTasksResponse invoker(DwsClient client, String cluster) {
        return client.listLogicalClusterTasksInvoker(new ListLogicalClusterTasksRequest().withClusterId(cluster))
                .retryTimes(10)
                .retryCondition((response, error) -> error != null || response.getCount() == 0)
                .backoffStrategy(BackoffStrategy.NO_BACKOFF)
                .invoke();
    }
}
