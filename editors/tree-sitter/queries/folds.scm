[(body) (plan_body) (roll_body)] @fold
