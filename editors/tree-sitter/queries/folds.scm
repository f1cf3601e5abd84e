[(body) (plan_body)] @fold
