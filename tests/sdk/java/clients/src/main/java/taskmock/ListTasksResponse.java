package taskmock;

import com.aliyuncs.transform.UnmarshallerContext;
import java.util.ArrayList;
import java.util.List;

/** Rebuilt, see ClassicTyped. The core takes the name of the class for the root of the answer and makes one itself. */
public final class ListTasksResponse extends ClassicTyped.Typed {
    /** In JSON the list stands under its own name, without one for its items. */
    @Override
    public boolean checkShowJsonItemName() {
        return false;
    }

    @Override
    public ListTasksResponse getInstance(UnmarshallerContext context) {
        requestId = context.stringValue("ListTasksResponse.RequestId");
        List<Object> tasks = new ArrayList<>();
        for (int at = 0; at < context.lengthValue("ListTasksResponse.Tasks.Length"); at++) {
            String task = "ListTasksResponse.Tasks[" + at + "].";
            tasks.add(Lines.map(
                    "ClusterId", context.stringValue(task + "ClusterId"),
                    "CurrentStep", context.integerValue(task + "CurrentStep"),
                    "Errors", context.stringValue(task + "Errors"),
                    "Request", context.stringValue(task + "Request"),
                    "Result", context.stringValue(task + "Result"),
                    "Status", context.stringValue(task + "Status"),
                    "TaskId", context.stringValue(task + "TaskId"),
                    "TaskType", context.stringValue(task + "TaskType"),
                    "TotalSteps", context.integerValue(task + "TotalSteps")));
        }
        body = Lines.map(
                "PageNumber", context.integerValue("ListTasksResponse.PageNumber"),
                "PageSize", context.integerValue("ListTasksResponse.PageSize"),
                "TotalCount", context.integerValue("ListTasksResponse.TotalCount"),
                "Tasks", tasks);
        return this;
    }
}
