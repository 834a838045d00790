package taskmock;

import com.aliyuncs.transform.UnmarshallerContext;
import java.util.ArrayList;
import java.util.List;

/** Rebuilt, see ClassicTyped. */
public final class ListInvocationStatusResponse extends ClassicTyped.Typed {
    @Override
    public ListInvocationStatusResponse getInstance(UnmarshallerContext context) {
        requestId = context.stringValue("ListInvocationStatusResponse.RequestId");
        List<Object> instances = new ArrayList<>();
        String list = "ListInvocationStatusResponse.InvokeInstances";
        for (int at = 0; at < context.lengthValue(list + ".Length"); at++) {
            instances.add(Lines.map(
                    "InstanceId", context.stringValue(list + "[" + at + "].InstanceId"),
                    "InstanceInvokeStatus", context.stringValue(list + "[" + at + "].InstanceInvokeStatus")));
        }
        body = Lines.map(
                "CommandId", context.stringValue("ListInvocationStatusResponse.CommandId"),
                "InvokeStatus", context.stringValue("ListInvocationStatusResponse.InvokeStatus"),
                "InvokeInstances", Lines.map("InvokeInstance", instances));
        return this;
    }
}
