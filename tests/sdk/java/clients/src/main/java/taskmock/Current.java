package taskmock;

import java.io.IOException;
import java.util.Map;

/** Asks with the official SDKs for Java, in the newest versions that are to be had. */
final class Current {
    private Current() {}

    public static void main(String[] arguments) throws IOException {
        Map<String, Lines.Sdk> sdks = Classic.sdks();
        sdks.put("tea-v3", new Tea(null));
        sdks.put("tea-v1", new Tea("v2"));
        sdks.put("cs", Cs::ask);
        sdks.put("huawei", Huawei::sync);
        sdks.put("huawei-async", Huawei::async);
        Lines.serve(sdks);
    }
}
