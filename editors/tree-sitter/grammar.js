/// <reference types="tree-sitter-cli/dsl" />
// The grammar of mvm, for tree-sitter. `grammar/mvm.pest` is the one that counts: this one is for editors, accepts all that the other
// one accepts and a little more, and finds its way around what is broken.

/** One or more, with commas between them. */
const list = (rule) => seq(rule, repeat(seq(',', rule)));

/** A set with its filters, whose lists are of that rule. */
const filters = ($, atoms) =>
  choice(
    seq(choice('on', 'in', 'except', 'and'), atoms),
    seq('of', $.path),
    seq('with', $._label),
    seq('like', $.string),
  );

module.exports = grammar({
  name: 'mvm',
  word: ($) => $.identifier,
  extras: ($) => [/[ \t\r\n]/, $.comment, $.doc_comment],

  conflicts: ($) => [
    // `migrate a to b at 1Gbps` and `migrate a to b  at most 2 migrations`.
    [$.migrate],
    // `prefer gather a weight 5` and `prefer gather a  weight 5 on b`.
    [$.prefer],
    // `of servers with licence oracle on`: a filter, or what they are.
    [$._chosen],
    // `for i in a on b, c` goes on with a member or with `c in …`.
    [$._loop_atoms],
    // `(a)` of a set, of a calculation.
    [$._atom, $._expression],
  ],

  rules: {
    source_file: ($) => repeat($._item),

    _item: ($) =>
      choice(
        $.use, $.let, $.set, $.class, $.declaration, $.route, $.traffic, $.generations, $.resource, $.command, $.plan,
      ),

    // ------------------------------------------------------------------------------- items

    use: ($) => seq('use', choice($.string, $._used)),
    _used: ($) =>
      seq(
        $.identifier,
        repeat(seq($._dot, $.identifier)),
        optional(
          choice(
            seq($._dot, '*'),
            seq($._dot, '{', list($.identifier), '}'),
            seq('as', field('name', $.identifier)),
          ),
        ),
      ),
    let: ($) => seq('let', field('name', $.identifier), '=', $._expression),
    set: ($) => seq('set', field('name', $.identifier), '=', $._set),
    class: ($) =>
      seq(
        'class',
        choice('server', 'vm', 'link', 'switch', 'rack', 'site'),
        field('name', $.identifier),
        optional($.classes),
        field('body', alias($.class_body, $.body)),
      ),
    class_body: ($) => seq('{', repeat(choice($.property, $.command)), '}'),
    classes: ($) => seq(':', list($.path)),
    route: ($) => seq('route', $._set, 'to', $._set, 'via', $._set),
    traffic: ($) => seq('traffic', $._set, 'to', $._set, $._expression, optional($.for_clause)),
    generations: ($) => seq('generations', $._label, repeat1(seq(',', $._value))),
    resource: ($) => seq('resource', $._key, optional(seq('in', 'bytes'))),
    command: ($) =>
      seq(
        'command',
        field('kind', $.identifier),
        $.string,
      ),

    // What follows without braces are properties of the innermost thing.
    declaration: ($) =>
      prec.right(
        seq(
          choice('site', 'rack', 'switch', 'server', 'vm'),
          list(field('name', $.name)),
          optional($.classes),
          repeat($.property),
          optional(field('body', $.body)),
        ),
      ),
    body: ($) => seq('{', repeat(choice($.property, $.command, $.declaration)), '}'),

    // -------------------------------------------------------------------------- properties

    property: ($) =>
      choice(
        seq(choice($.measure, 'slack', 'shutdown', 'migration', 'pools'), $._expression),
        choice('idle', 'off', 'maintenance'),
        seq('hot', $._expression, optional(seq('in', $._expression))),
        seq('boot', $._expression, optional(seq('extra', $._expression))),
        seq('copy', $.choice, repeat(seq('or', $.choice))),
        seq(
          'disk',
          $._expression,
          optional(seq('filled', $._expression)),
          optional(seq('writes', $._expression)),
        ),
        $._overbook,
        seq('force', $.choice, optional(seq('after', $._expression))),
        $._timeout,
        $._retry,
        seq('on', $._set, optional(seq('pool', $._expression))),
        seq('label', $._label),
        seq($.labelling, $._key, $._expression),
        seq($.addressing, $.string),
        $._link,
        $._part,
      ),
    // Words that are read alike are one token, which keeps the parser small.
    measure: () =>
      token(
        choice('memory', 'used', 'cpu', 'cold', 'downtime', 'power', 'hosting', 'overhead', 'capacity', 'rate'),
      ),
    labelling: () => token(choice('has', 'needs')),
    addressing: () => token(choice('address', 'bmc', 'migration-address')),
    choice: () =>
      token(
        choice(
          'pre', 'post', 'either', 'never', 'suspend', 'abort', 'wait', 'mttr', 'energy', 'makespan', 'moves',
          'cold', 'any', 'downtime', 'preferences', 'balance', 'power',
          'peak', 'gap', 'possible', 'impossible', 'optimal', 'max', 'choose', 'papers', 'fluid', 'entropy',
          'cloudsim', 'simgrid', 'comma', 'liu',
        ),
      ),
    _label: ($) => seq($._key, $._value),
    _key: ($) => field('key', choice($.identifier, $.string)),
    _overbook: ($) => seq('overbook', $._key, $._expression),
    _value: ($) => field('value', choice($.identifier, $.string, $.number)),
    _timeout: ($) =>
      seq('timeout', $._expression, optional(seq('then', $.choice))),
    _retry: ($) => prec.right(seq('retry', $._expression, optional(seq('after', $._expression)))),
    _link: ($) =>
      prec.right(
        seq(
          'link',
          optional($.classes),
          optional($._expression),
          repeat($._part),
          optional(seq('to', $.name, repeat($._part))),
        ),
      ),
    _part: ($) => choice(seq($.share, $._expression), 'guests'),
    share: () => token(choice('usable', 'bond')),

    // ------------------------------------------------------------------------------- plans

    // After `plan` any word is a name.
    plan: ($) =>
      seq(
        'plan',
        field('name', choice($.identifier, $.string)),
        optional(seq('reverse', field('of', choice($.identifier, $.string)))),
        field('body', $.plan_body),
      ),
    plan_body: ($) => seq('{', repeat($.statement), '}'),
    statement: ($) => seq($._statement, optional($.for_clause), optional($.roll_body)),
    // What is done with each of the servers of a `roll`.
    roll_body: ($) => seq('{', repeat($.roll_step), '}'),
    roll_step: ($) =>
      choice(
        seq('drain', optional(seq('to', optional($._any_of), $._set))),
        seq('run', $.string, optional($._takes)),
        seq(choice('boot', 'shutdown'), optional($._takes)),
        choice('reboot', 'return'),
      ),

    _statement: ($) =>
      choice(
        $.start_at,
        $.migrate,
        seq('drain', $._set, optional(seq('to', optional($._any_of), $._set))),
        seq(choice('boot', 'start', 'stop'), $._set, optional($._takes)),
        seq('shutdown', optional($._any_so_many), $._set, optional($._takes)),
        seq('empty', $._any_so_many, $._set, optional(seq('to', optional($._any_of), $._set))),
        seq('roll', $._set, optional(seq('by', $._expression)), optional('forward')),
        seq(choice($.rule, 'gather', 'reboot'), $._set),
        seq('run', $.string, 'on', $._set, optional($._takes)),
        seq('pause', $.string, optional($._takes)),
        seq('sync', optional(choice('starts', 'ends')), $._set),
        seq('before', $._set, repeat(seq('->', $._set)), optional(seq('by', $._moment))),
        seq('after', $._set, 'from', $._moment),
        seq('freeze', $._set, optional($.period)),
        seq('allow', $._set, $.period, repeat(seq('and', $.period))),
        $._wish,
        $.prefer,
        seq('downtime', 'of', $._set, '<=', $._expression),
        seq($._overbook, optional(seq('on', $._set))),
        seq('reserve', $._expression, 'of', $._set),
        seq('budget', $._expression, optional(seq('on', $._set)), optional($.period)),
        $.at_most,
        seq('limit', $._set, 'to', $._expression, optional($.period)),
        seq('weight', $._expression, 'on', $._set),
        seq($._timeout, optional(seq('on', $._set))),
        seq($._retry, optional(seq('on', $._set))),
        seq('minimize', list(choice($.choice, seq('servers', 'on')))),
        $.expect,
        seq('slack', $._expression),
        seq(choice('bandwidth', 'model'), $.choice),
      ),
    rule: () => token(choice('seq', 'lonely', 'pin')),
    prefer: ($) =>
      seq('prefer', choice($._wish, seq(choice('gather', $.rule), $._set)), optional(seq('weight', $._expression))),
    _wish: ($) =>
      choice(
        seq('spread', $._set, optional(seq('over', $.kind))),
        seq('keep', $._atoms, choice('on', 'off'), $._set),
      ),

    start_at: ($) =>
      seq(
        'start',
        $._clock,
        optional(choice($.zone, seq(alias($.zone, $.offset), $.zone))),
      ),
    migrate: ($) =>
      seq(
        'migrate',
        $._set,
        'to',
        choice(seq($._any_of, $._set), seq($._set, optional(seq('via', $._set)))),
        optional(choice(seq($._takes, optional($._at)), seq($._at, optional($._takes)))),
      ),
    _any_of: () => seq('any', 'of'),
    _any_so_many: ($) => seq('any', optional($._expression), 'of'),
    _takes: ($) => seq('takes', $._expression),
    _at: ($) => seq('at', $._expression),
    at_most: ($) =>
      seq(
        'at',
        'most',
        $._expression,
        choice(
          // `migrations from s1` against `migrations from 06:00`: a name is a server's.
          seq(choice('migrations', 'migration'), optional(prec.dynamic(1, seq(choice('from', 'to', 'in'), $._set)))),
          seq($.kind, 'on', $._set),
          seq('of', $._set, choice('on', 'off')),
        ),
        optional($.period),
      ),
    expect: ($) =>
      seq(
        'expect',
        choice(
          seq('end', 'by', $._moment),
          seq('on', 'time', 'in', $._expression),
          seq($.choice, optional(seq('<=', $._expression))),
        ),
      ),

    for_clause: ($) => seq('for', list($.binding)),
    // A comma before `v in` belongs to the `for`.
    binding: ($) =>
      prec.dynamic(
        1,
        seq(
          field('name', $.identifier),
          'in',
          choice(
            $.range,
            seq('[', list($._index), ']'),
            seq(
              $._atom,
              repeat(alias($.loop_filter, $.filter)),
              optional(seq(choice('by', 'into'), $._expression)),
            ),
          ),
        ),
      ),
    loop_filter: ($) => filters($, $._loop_atoms),
    _loop_atoms: ($) => list($._atom),

    // ----------------------------------------------------------------------------- moments

    period: ($) =>
      choice(seq('from', $._moment, optional(seq('to', $._moment))), seq('until', $._moment)),
    _moment: ($) =>
      choice(
        seq($._clock, optional(alias($.zone, $.offset)), optional(seq('+', $._expression))),
        seq(optional('+'), $._expression),
      ),
    _clock: ($) => seq(optional(choice($.date, $.weekday)), $.time),
    date: () => /\d{4}-\d{2}-\d{2}/,
    time: () => /\d{1,2}:\d{2}(:\d{2})?/,
    weekday: () => token(choice('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')),
    zone: () => token(prec(1, /[A-Z][A-Za-z0-9_-]*(\/[A-Za-z_][A-Za-z0-9_+-]*)*|[+-]\d{2}:\d{2}/)),

    // -------------------------------------------------------------------------------- sets

    _set: ($) => prec.left(list($._chosen)),
    _chosen: ($) => seq($._atom, repeat($.filter)),
    _atom: ($) => choice(seq('(', $._set, ')'), $.kind, $.name),
    kind: () => token(choice('all', 'vms', 'servers', 'racks', 'sites', 'switches')),
    // A filter takes the whole list behind it.
    filter: ($) => filters($, $._atoms),
    _atoms: ($) => prec.right(1, list($._atom)),

    // ------------------------------------------------------------------------------- names

    // `web[1..48]`, `r[1..2].s[*]`, `"prod-web."[001..500]`, without blanks. Before a bracket any word is a name.
    name: ($) =>
      prec.right(
        seq(
          choice($.identifier, $.string, seq(alias($.kind, $.identifier), $.indices)),
          repeat(
            choice(
              seq($._dot, choice($.identifier, alias($.tight_string, $.string))),
              $.indices,
              alias($.tight_string, $.string),
            ),
          ),
        ),
      ),
    indices: ($) => seq(token.immediate('['), list($._index), choice(']', $.tail)),
    _index: ($) => choice('*', $._expression, $.range),
    range: ($) => seq($._expression, '..', $._expression, optional(seq('by', $._expression))),
    path: ($) => prec.right(seq($.identifier, repeat(seq($._dot, $.identifier)))),
    _dot: () => token.immediate('.'),
    // `web[1..3]x`: the bracket and what goes on right behind it, as one token, which no word is mistaken for.
    tail: () => /\][A-Za-z0-9_]+/,
    identifier: () => /[A-Za-z_][A-Za-z0-9_]*/,

    // ------------------------------------------------------------------------------ values

    _expression: ($) => choice($.binary, $.unary, seq('(', $._expression, ')'), $.quantity, $.name),
    binary: ($) =>
      choice(
        prec.left(1, seq($._expression, choice('+', '-'), $._expression)),
        prec.left(2, seq($._expression, choice('*', '/'), $._expression)),
      ),
    unary: ($) => prec(3, seq('-', $._expression)),
    // `2GiB`, `8`; of `1h30min` all behind the first number is one unit.
    quantity: ($) => seq($.number, optional($.unit)),
    number: () => /\d[\d_]*(\.\d[\d_]*)?/,
    unit: () => token.immediate(/%|[A-Za-z_]+(\/(s|min|h|MiB|GiB|MB|GB)|(\d[\d_]*(\.\d[\d_]*)?[A-Za-z_]+)+)?/),

    string: ($) => seq('"', $._rest_of_string),
    tight_string: ($) => seq(token.immediate('"'), $._rest_of_string),
    _rest_of_string: ($) =>
      seq(repeat(choice(token.immediate(prec(1, /[^"\\\n]+/)), $.escape)), token.immediate('"')),
    escape: () => token.immediate(/\\(u\{[0-9A-Fa-f]*\}|[^\n])/),

    doc_comment: () => token(prec(1, /\/\/\/[^\n]*/)),
    comment: () => token(/\/\/[^\n]*/),
  },
});
