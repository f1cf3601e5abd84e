//! Words for the rules of the grammar.

use super::grammar::Rule;

/// What a rule is to someone who reads a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// The text cannot go on without it, or one of its kind.
    Needed(&'static str),
    /// The text could go on with it.
    Possible(&'static str),
    /// Never told: it could stand almost anywhere.
    Unsaid,
}

/// What the rules that would have fitted are called: what is needed, or else what is possible. Without repetition.
pub(super) fn describe_all(rules: &[Rule]) -> Vec<&'static str> {
    let mut needed = Vec::new();
    let mut possible = Vec::new();
    for rule in rules {
        match describe(*rule) {
            Expected::Needed(text) if !needed.contains(&text) => needed.push(text),
            Expected::Possible(text) if !possible.contains(&text) => possible.push(text),
            _ => {}
        }
    }
    if possible.contains(&"an operator") {
        // `1h` could go on as `1h30min`, but nobody is missing that.
        needed.retain(|text| *text != "a number");
        // Nor an operator, where anything else could stand.
        if possible.len() + needed.len() > 1 {
            possible.retain(|text| *text != "an operator");
        }
    }
    // Where the piece could end, what is needed only begins something that may also be left out.
    if rules.contains(&Rule::EOI) {
        possible.extend(needed);
        return possible;
    }
    if needed.is_empty() { possible } else { needed }
}

/// What a rule is called. Every rule is listed, so that a new one is not forgotten.
fn describe(rule: Rule) -> Expected {
    use self::Expected::{Needed, Possible, Unsaid};
    use Rule::*;
    match rule {
        lbrace => Needed("`{`"),
        rbrace => Needed("`}`"),
        rbracket => Needed("`]`"),
        lparen => Needed("`(`"),
        rparen => Needed("`)`"),
        equals => Needed("`=`"),
        at_most_op => Needed("`<=`"),
        dots => Needed("`..`"),
        comma => Possible("`,`"),
        colon => Possible("`:`"),
        arrow => Possible("`->`"),
        plus | minus | star | slash => Possible("an operator"),
        number | digits | padded => Needed("a number"),
        expr | term | factor | quantity | amount | link_rate => Needed("a quantity"),
        ident | names | segment | inner_segment | word | path | label_key | use_path => {
            Needed("a name")
        }
        set | chosen | atom | atoms | all | kind_all => Needed("a set of things"),
        label_value => Needed("a value"),
        feature => Needed("a value or an amount"),
        measure => Needed("`bytes`"),
        string => Needed("a text in quotes"),
        index => Needed("an index"),
        moment | clock | start_clock => Needed("a moment"),
        date => Needed("a date"),
        time => Needed("a time such as `08:00`"),
        weekday => Needed("a weekday"),
        zone => Possible("a time zone"),
        which => Unsaid,
        period | period_from | period_until => Possible("a period (`from … to …`)"),
        filter | f_on | f_in | f_of | f_with | f_like | f_except | f_and => Possible("a filter"),
        for_clause | k_for => Possible("`for`"),
        takes | k_takes => Possible("`takes`"),
        at_rate => Possible("`at`"),
        use_as | k_as => Possible("`as`"),
        group_size => Possible("`by`"),
        group_count => Possible("`into`"),
        binding => Needed("a loop variable"),
        range | padded_range => Needed("a range"),
        classes => Possible("classes"),
        copy_kind | manner => Needed("`pre`, `post`, `cold`, `either` or `any`"),
        k_or => Possible("`or`"),
        disk_filled | k_filled => Possible("`filled`"),
        disk_writes | k_writes => Possible("`writes`"),
        force_kind => Needed("`never`, `suspend` or `post`"),
        class_kind => Needed("`server`, `vm`, `link`, `switch`, `rack` or `site`"),
        policy => Needed("`abort`, `suspend`, `post` or `wait`"),
        limit | times => Needed("`3x` or a duration"),
        command_kind => Needed(
            "what the command is for (`boot`, `shutdown`, `power`, `uri`, `migrate`, `migrating`, `cold`, `abort`, `suspend`, `post`, `start`, `stop`, `guests`, `defined`, `free`, `answers`, `clock` or `run`)",
        ),
        decl_kind => Needed("`site`, `rack`, `switch`, `server` or `vm`"),
        edge => Possible("`starts` or `ends`"),
        objective | goal | k_servers => Needed(
            "`mttr`, `energy`, `makespan`, `moves`, `downtime`, `preferences`, `balance`, `power` or `servers on`",
        ),
        k_time => Needed("`time`"),
        verdict | ends_by | on_time | figure | metric | k_end => Needed(
            "`possible`, `impossible`, `optimal`, `end by …`, `on time in …` or a figure as in `peak <= 9kW`",
        ),
        of_migrations | of_servers | of_vms => Needed("`migrations`, `vms` or `of`"),
        scope_from | scope_to | scope_in => Possible("`from`, `to` or `in`"),
        statement | one_statement | s_start_at | s_migrate | s_boot | s_shutdown | s_start
        | s_stop | s_reboot | s_run | s_pause | s_roll | s_empty | s_timeout | s_retry | s_sync
        | s_before | s_after | s_seq | s_freeze | s_allow | s_spread | s_gather | s_lonely
        | s_keep | s_pin | s_reserve | s_overbook | s_downtime | s_prefer | s_drain | s_budget
        | s_at_most | s_limit | s_weight | s_minimize | s_expect | s_bandwidth | s_slack
        | s_model => Needed("a statement"),
        roll_step | one_roll_step | r_drain | r_run | r_reboot | r_boot | r_shutdown | r_return => {
            Needed("a step of a `roll`")
        }
        forward => Possible("`forward`"),
        property | entries | command | link_part | link_to | p_memory | p_used | p_cpu | p_hot
        | p_cold | p_idle | p_slack | p_downtime | p_copy | p_disk | p_force | p_placed | p_off
        | p_label | p_has | p_needs | p_overbook | p_maintenance | p_pools | p_power
        | p_hosting | p_overhead | p_boot | p_shutdown | p_migration | p_address | p_capacity
        | p_rate | p_usable | p_bond | p_guests | p_link | p_timeout | p_retry | p_bmc
        | p_migration_address => Possible("a property"),
        decl | decl_head | one_decl_head | only_names | body | class_item | class_head
        | one_class_head | roll_body | plan | plan_head | one_plan_head | file | item
        | one_item | use_item | let_item | set_item | route_item | traffic_item | generations
        | resource => Needed("a declaration"),
        keyword | EOI | lbracket | dot | use_all | use_group | bracket | tail | tail_word
        | unit | step | WHITESPACE | COMMENT | letter | digit | word_c | decl_names => Unsaid,
        k_use => Needed("`use`"),
        k_let => Needed("`let`"),
        k_set => Needed("`set`"),
        k_class => Needed("`class`"),
        k_route => Needed("`route`"),
        k_traffic => Needed("`traffic`"),
        k_command => Needed("`command`"),
        k_plan => Needed("`plan`"),
        k_start => Needed("`start`"),
        k_stop => Needed("`stop`"),
        k_migrate => Needed("`migrate`"),
        k_boot => Needed("`boot`"),
        k_shutdown => Needed("`shutdown`"),
        k_sync => Needed("`sync`"),
        k_before => Needed("`before`"),
        k_after => Needed("`after`"),
        k_seq => Needed("`seq`"),
        k_budget => Needed("`budget`"),
        k_at => Needed("`at`"),
        k_most => Needed("`most`"),
        k_limit => Needed("`limit`"),
        k_freeze => Needed("`freeze`"),
        k_allow => Needed("`allow`"),
        k_spread => Needed("`spread`"),
        k_weight => Needed("`weight`"),
        k_minimize => Needed("`minimize`"),
        k_expect => Needed("`expect`"),
        k_bandwidth => Needed("`bandwidth`"),
        k_slack => Needed("`slack`"),
        k_model => Needed("`model`"),
        model => Needed("`papers`, `fluid`, `entropy`, `cloudsim`, `simgrid`, `comma` or `liu`"),
        k_overhead => Needed("`overhead`"),
        bandwidth => Needed("`max` or `choose`"),
        k_on => Needed("`on`"),
        k_in => Needed("`in`"),
        k_of => Needed("`of`"),
        k_with => Needed("`with`"),
        k_like => Needed("`like`"),
        k_except => Needed("`except`"),
        k_and => Needed("`and`"),
        k_by => Needed("`by`"),
        k_into => Needed("`into`"),
        k_from => Needed("`from`"),
        k_to => Needed("`to`"),
        k_until => Needed("`until`"),
        k_via => Needed("`via`"),
        k_memory => Needed("`memory`"),
        k_used => Needed("`used`"),
        k_cpu => Needed("`cpu`"),
        k_hot => Needed("`hot`"),
        k_cold => Needed("`cold`"),
        k_idle => Needed("`idle`"),
        k_downtime => Needed("`downtime`"),
        k_copy => Needed("`copy`"),
        k_force => Needed("`force`"),
        k_prefer => Needed("`prefer`"),
        k_disk => Needed("`disk`"),
        k_off => Needed("`off`"),
        k_label => Needed("`label`"),
        k_has => Needed("`has`"),
        k_needs => Needed("`needs`"),
        k_generations => Needed("`generations`"),
        k_resource => Needed("`resource`"),
        k_overbook => Needed("`overbook`"),
        k_maintenance => Needed("`maintenance`"),
        k_pools => Needed("`pools`"),
        k_pool => Possible("`pool`"),
        k_power => Needed("`power`"),
        k_hosting => Needed("`hosting`"),
        k_extra => Needed("`extra`"),
        k_migration => Needed("`migration`"),
        k_address => Needed("`address`"),
        k_link => Needed("`link`"),
        k_capacity => Needed("`capacity`"),
        k_rate => Needed("`rate`"),
        k_usable => Needed("`usable`"),
        k_bond => Needed("`bond`"),
        k_guests => Needed("`guests`"),
        k_timeout => Needed("`timeout`"),
        k_then => Possible("`then`"),
        k_retry => Needed("`retry`"),
        k_reboot => Needed("`reboot`"),
        k_drain => Needed("`drain`"),
        k_any | any_of => Possible("`any of`"),
        k_keep => Needed("`keep`"),
        k_gather => Needed("`gather`"),
        k_lonely => Needed("`lonely`"),
        k_pin => Needed("`pin`"),
        k_reserve => Needed("`reserve`"),
        k_over => Possible("`over`"),
        k_vms => Needed("`vms`"),
        over => Needed("`racks` or `sites`"),
        kept_on | kept_off => Needed("`on` or `off`"),
        k_reverse => Possible("`reverse`"),
        k_empty => Needed("`empty`"),
        any_so_many => Needed("`any of` or `any 2 of`"),
        any_count => Needed("`any 2 of`"),
        k_roll => Needed("`roll`"),
        k_return => Needed("`return`"),
        k_run => Needed("`run`"),
        k_pause => Needed("`pause`"),
        k_bmc => Needed("`bmc`"),
        k_migration_address => Needed("`migration-address`"),
        k_migrations => Needed("`migrations`"),
    }
}
