//! The cases of Container Service.

mod describe_task_info;
